/* SPDX-License-Identifier: MIT */
/*
 * Forced in front of every kernel source of the hosted build: functions of ours that the
 * C library defines too get a name of their own, so that both can live in one program
 * (the sanitizers need the library's).
 */
#ifndef _HOST_RENAME_H
#define _HOST_RENAME_H

#define memcpy		q_memcpy
#define memmove		q_memmove
#define memset		q_memset
#define memcmp		q_memcmp
#define memchr		q_memchr
#define memscan		q_memscan
#define memchr_inv	q_memchr_inv
#define bcmp		q_bcmp
#define strlen		q_strlen
#define strnlen		q_strnlen
#define strcpy		q_strcpy
#define strncpy		q_strncpy
#define stpcpy		q_stpcpy
#define strlcpy		q_strlcpy
#define strlcat		q_strlcat
#define strcat		q_strcat
#define strncat		q_strncat
#define strcmp		q_strcmp
#define strncmp		q_strncmp
#define strcasecmp	q_strcasecmp
#define strncasecmp	q_strncasecmp
#define strchr		q_strchr
#define strrchr		q_strrchr
#define strchrnul	q_strchrnul
#define strnchr		q_strnchr
#define strstr		q_strstr
#define strnstr		q_strnstr
#define strspn		q_strspn
#define strcspn		q_strcspn
#define strpbrk		q_strpbrk
#define strsep		q_strsep
#define strim		q_strim
#define sprintf		q_sprintf
#define vsprintf	q_vsprintf
#define snprintf	q_snprintf
#define vsnprintf	q_vsnprintf
#define sscanf		q_sscanf
#define vsscanf		q_vsscanf
#define isalnum		q_isalnum
#define isalpha		q_isalpha
#define iscntrl		q_iscntrl
#define isdigit		q_isdigit
#define isgraph		q_isgraph
#define islower		q_islower
#define isprint		q_isprint
#define ispunct		q_ispunct
#define isspace		q_isspace
#define isupper		q_isupper
#define isxdigit	q_isxdigit
#define isascii		q_isascii
#define toascii		q_toascii
#define tolower		q_tolower
#define toupper		q_toupper
#define bsearch		q_bsearch
#define ffs		q_ffs
#define ffsl		q_ffsl
#define ffsll		q_ffsll
#define __stack_chk_fail	q___stack_chk_fail
#define __stack_chk_guard	q___stack_chk_guard

#endif /* _HOST_RENAME_H */
