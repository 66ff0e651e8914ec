/* SPDX-License-Identifier: MIT */
/* The same sequences as on the machine; here it is signals that interrupt them. */
#include "../../../../arch/x86/include/asm/rewind.h"
