/* SPDX-License-Identifier: MIT */
/* The same table; platform.c consults it when a signal says that something faulted. */
#include "../../../../arch/x86/include/asm/extable.h"
