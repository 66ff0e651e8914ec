/* SPDX-License-Identifier: MIT */
/* The ISA DMA controller by the header name that drivers know: drivers/isa_dma.c. */
#ifndef _ASM_DMA_H
#define _ASM_DMA_H

#include <linux/isa_dma.h>

#endif /* _ASM_DMA_H */
