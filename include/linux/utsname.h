/* SPDX-License-Identifier: MIT */
/* Who are we?  For banners and reports. */
#ifndef _LINUX_UTSNAME_H
#define _LINUX_UTSNAME_H

struct new_utsname {
	const char *sysname;		/* "Quarry" */
	const char *release;		/* "0.1" */
	const char *version;		/* "#1 SMP" */
	const char *machine;		/* "x86_64" */
};

const struct new_utsname *utsname(void);	/* lib/panic.c */

#endif /* _LINUX_UTSNAME_H */
