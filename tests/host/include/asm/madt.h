/* SPDX-License-Identifier: MIT */
/* The parser of that table is pure: the hosted build takes it as it is. */
#include "../../../../arch/x86/include/asm/madt.h"
