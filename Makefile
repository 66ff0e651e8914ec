# SPDX-License-Identifier: MIT
#
# Quarry.  `make help` lists the targets, docs/testing.md explains the tests.
#
# A source file is built because it lies in its room's folder; nothing is listed here
# but the few exceptions right below.

# Suites that need a real CPU or real devices: booted only.
BOOTED_TESTS := workqueue workqueue_flush irq_thread nmi \
	spinlock_irq sync_sweep rwsem wait completion mutex semaphore softirq tasklet timer sched kthread vmalloc_irq page_irq slab_irq trap irq acpi time wx console isa_dma paging boot
BOOTED_TESTS += floppy floppy_fault input_dev
BOOTED_TESTS += irqsources
BOOTED_TESTS += sched_smp printk_smp
BOOTED_TESTS += kswapd vmalloc_smp pressure pcp_smp slab_smp smp smp_up
BOOTED_FILES := tests/kernel/irqsweep%.c
BOOTED_FILES += tests/kernel/rules%.c tests/kernel/leaks%.c tests/kernel/failnth_kernel%.c tests/kernel/failnth_work%.c
BOOTED_FILES += tests/kernel/stress%.c
BOOTED_FILES += tests/kernel/rewind%.c
BOOTED_FILES += tests/kernel/preempt%.c
BOOTED_FILES += tests/kernel/irqs_off%.c
# Kernel files outside lib/ and mm/ that the hosted build takes along.
HOSTED_EXTRA := boot/multiboot2.c boot/pvh.c boot/boot_info.c kernel/kunit.c kernel/kunit_assert.c kernel/kunit_failnth.c \
	kernel/timer_wheel.c kernel/cmdline.c kernel/monitor.c kernel/monitor_mem.c kernel/lineedit.c \
	kernel/input_queue.c drivers/isa_dma.c drivers/isa_bounce.c arch/x86/madt.c

# ---- what the user may say ---------------------------------------------------------
O ?= build
CC = $(CROSS_COMPILE)gcc
LD = $(CROSS_COMPILE)ld
NM = $(CROSS_COMPILE)nm
OBJCOPY = $(CROSS_COMPILE)objcopy
STRIP = $(CROSS_COMPILE)strip
NASM ?= nasm
HOSTCC ?= gcc
FUZZCC ?= clang
PYTHON ?= python3
QEMU ?= qemu-system-x86_64
MEM ?= 128M
SMP ?= 1
CMDLINE ?=
EXT ?=
TESTS ?= 1
IMG ?= quarry
QEMUFLAGS ?=
export QEMU QEMUFLAGS O ACCEL

ifeq ($(V),1)
say = @:
Q =
else
say = @printf '  %-8s%s\n'
Q = @
endif

# `make setup run`: first setup, then a new make, which finds what setup has installed.
ifneq ($(filter setup,$(MAKECMDGOALS)),)
REST := $(filter-out setup,$(MAKECMDGOALS))
setup:
	@scripts/setup
	@for goal in $(REST); do $(MAKE) --no-print-directory $$goal || exit 1; done
$(REST): setup ; @:
.PHONY: setup $(REST)
else

.DEFAULT_GOAL := all
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 2)
endif
.DELETE_ON_ERROR:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules

# ---- the kernel --------------------------------------------------------------------
ROOMS := boot arch/x86 lib mm kernel drivers $(if $(filter 0,$(TESTS)),,tests/kernel tests/bench) $(if $(COVERAGE),tests/coverage)
C_SRC := $(sort $(foreach r,$(ROOMS),$(wildcard $(r)/*.c)))
ASM_SRC := $(sort $(foreach r,$(ROOMS),$(wildcard $(r)/*.asm)))
EXT_SRC := $(if $(EXT),$(if $(wildcard $(EXT)/.),$(sort $(wildcard $(EXT)/*.c)),$(EXT)))
FONT ?= $(firstword $(wildcard \
	/usr/share/consolefonts/Lat15-Terminus16.psf.gz \
	/usr/lib/kbd/consolefonts/eurlatgr.psfu.gz \
	/usr/share/kbd/consolefonts/eurlatgr.psfu.gz))

OBJS := $(C_SRC:%.c=$(O)/%.o) $(ASM_SRC:%.asm=$(O)/%.asm.o) $(O)/font.o
EXT_OBJS := $(foreach f,$(EXT_SRC),$(O)/ext/$(basename $(notdir $(f))).o)

INCLUDES := -nostdinc -isystem $(shell $(CC) -print-file-name=include) \
	-Iinclude -Iarch/x86/include
WARN := -Wall -Wextra -Wmissing-prototypes -Wstrict-prototypes -Wno-unused-parameter \
	-Wno-sign-compare -Werror
ifneq ($(findstring clang,$(CC)),)
WARN += -Wthread-safety -Wno-unused-command-line-argument -Wno-gnu-variable-sized-type-not-at-end -Wno-string-plus-int
endif
# DEBUG=1: VM_BUG_ON(), lockdep_assert_held() and their kin are compiled in, as they always
# are in the hosted build.
DEBUG_FLAGS := -DCONFIG_DEBUG_VM=1 -DCONFIG_LOCKDEP=1
KFLAGS := -std=gnu11 -O2 -g -D__KERNEL__ -ffreestanding -fno-pic -mcmodel=kernel \
	-mno-red-zone -mgeneral-regs-only -fno-strict-aliasing -fno-common \
	-fno-omit-frame-pointer -fno-asynchronous-unwind-tables -fno-delete-null-pointer-checks \
	-fstack-protector-strong -mstack-protector-guard=global $(INCLUDES) $(WARN) \
	$(if $(DEBUG),$(DEBUG_FLAGS)) $(KCFLAGS)
# COVERAGE=1: count lines and branches of lib/ and mm/, and dump the counts on the way out.
ifneq ($(COVERAGE),)
COV_FLAGS := -fprofile-arcs -ftest-coverage -fprofile-info-section -fprofile-update=atomic -Og \
	-Wno-maybe-uninitialized
COV_LINK := --wrap=arch_exit $(shell $(CC) -print-file-name=libgcov.a)
$(O)/lib/%.o $(O)/mm/%.o: private KFLAGS += $(COV_FLAGS)
endif
NASMFLAGS := -f elf64 -g -F dwarf -Iarch/x86/ -Iboot/
LDFLAGS := -nostdlib -static -z max-page-size=4096 -z noexecstack --build-id=none \
	$(if $(shell $(LD) --help 2>/dev/null | grep -o warn-rwx),--no-warn-rwx-segments)
LDSCRIPT := arch/x86/quarry.ld

PHONY := all iso host run run-uefi run-monitor debug test host-test sweep bench bench-turns bench-check bench-host bench-linux lint coverage \
	setup help clean FORCE

all: $(O)/$(IMG).elf $(O)/$(IMG).iso compile_commands.json

# Rebuild when the flags or the list of objects change, not only when the sources do.
remember = @echo '$(1)' | cmp -s - $@ || echo '$(1)' > $@
$(O)/.flags: FORCE
	@mkdir -p $(O)
	$(call remember,$(CC) $(KFLAGS) $(NASMFLAGS))

define compile_kernel
	@mkdir -p $(@D)
	$(say) CC $<
	$(Q)$(CC) $(KFLAGS) -MMD -MP -c -o $@ $<
endef

$(O)/%.o: %.c $(O)/.flags
	$(compile_kernel)

$(O)/%.asm.o: %.asm $(O)/.flags
	@mkdir -p $(@D)
	$(say) NASM $<
	$(Q)$(NASM) $(NASMFLAGS) -MD $(@:.o=.d) -MT $@ -o $@ $<

# A user's source: our flags, Linux's severity (warnings are warnings, but what compiles to
# nonsense does not compile).  Each file is a module of its own name; see linux/module.h.
EXT_WARN := -Wno-error -Wno-missing-field-initializers -Werror=implicit-function-declaration \
	-Werror=implicit-int -Werror=return-type -Werror=strict-prototypes \
	-Werror=incompatible-pointer-types
ext_name = $(subst -,_,$(basename $(notdir $(1))))
define ext_rule
$(O)/ext/$(basename $(notdir $(1))).o: private KFLAGS += $(EXT_WARN) -DMODULE \
	-DKBUILD_MODNAME='"$(call ext_name,$(1))"' -Dinit_module=init_module_$(call ext_name,$(1)) \
	-Dcleanup_module=cleanup_module_$(call ext_name,$(1))
$(O)/ext/$(basename $(notdir $(1))).o: $(1) $(O)/.flags
	$$(compile_kernel)
endef
$(foreach f,$(EXT_SRC),$(eval $(call ext_rule,$(f))))

# The console font, as it comes from the distribution's console-setup or kbd package.
$(O)/font.o: $(FONT) $(O)/.flags
	@mkdir -p $(@D)
	$(say) FONT $(or $(FONT),"(none: run 'make setup')")
	$(Q)$(if $(FONT),gzip -dcf $(FONT),printf '') > $(O)/font.psf
	$(Q)printf 'section .rodata align=16\nglobal font_psf_start, font_psf_end\nfont_psf_start: incbin "$(O)/font.psf"\nfont_psf_end:\n' > $(O)/font.asm
	$(Q)$(NASM) -f elf64 -o $@ $(O)/font.asm

# Three links: without a symbol table, with one of the right size, with the right one.
# scripts/gen-symbols.py reads nm's output; nothing given, it makes an empty table.
GEN_SYMBOLS := $(wildcard scripts/gen-symbols.py)
define link
	$(say) LD $@
	$(Q)$(LD) $(LDFLAGS) -T $(LDSCRIPT) -Map $@.map -o $@ $(filter %.o,$^) $(COV_LINK)
endef
define symbols
	$(Q)$(if $(1),$(NM) -n $(1),printf '') | $(PYTHON) scripts/gen-symbols.py > $(@:.o=.c)
	$(Q)$(CC) $(KFLAGS) -c -o $@ $(@:.o=.c)
endef
$(O)/.link-$(IMG): FORCE
	@mkdir -p $(O)
	$(call remember,$(LD) $(LDFLAGS) $(OBJS) $(EXT_OBJS))
$(O)/symbols.o: scripts/gen-symbols.py $(O)/.flags
	$(call symbols,)
$(O)/$(IMG).symbols1.o: $(O)/$(IMG).pass0.elf
	$(call symbols,$<)
$(O)/$(IMG).symbols2.o: $(O)/$(IMG).pass1.elf
	$(call symbols,$<)
LINK_DEPS := $(OBJS) $(EXT_OBJS) $(LDSCRIPT) $(O)/.link-$(IMG)
$(O)/$(IMG).pass0.elf: $(LINK_DEPS) $(if $(GEN_SYMBOLS),$(O)/symbols.o)
	$(link)
$(O)/$(IMG).pass1.elf: $(LINK_DEPS) $(O)/$(IMG).symbols1.o
	$(link)
$(O)/$(IMG).elf: $(LINK_DEPS) $(if $(GEN_SYMBOLS),$(O)/$(IMG).symbols2.o)
	$(link)

$(O)/$(IMG).stripped: $(O)/$(IMG).elf
	$(Q)$(STRIP) -o $@ $<

$(O)/$(IMG).iso: $(O)/$(IMG).stripped boot/grub.cfg scripts/make-iso
	$(say) ISO $@
	$(Q)scripts/make-iso $< boot/grub.cfg $@

iso: $(O)/$(IMG).iso

compile_commands.json: $(O)/.link-$(IMG) $(O)/.flags
	$(Q)$(PYTHON) scripts/gen-compile-commands "$(CC) $(KFLAGS)" $(O) $(C_SRC) > $@

# ---- the hosted build: the same lib/ and mm/ under ASan and UBSan ------------------
H := $(O)/host
HOST_GLUE := tests/host/main.c tests/host/platform.c tests/host/start_mm.c tests/host/host_os.c
HOST_KSRC := $(sort $(wildcard lib/*.c mm/*.c $(HOSTED_EXTRA)))
HOST_TESTS := $(filter-out $(BOOTED_FILES) $(BOOTED_TESTS:%=tests/kernel/%_test.c),$(wildcard tests/kernel/*.c))
HOST_PROGS := $(patsubst tests/host/%.c,%,$(filter-out $(HOST_GLUE) tests/host/fuzz_%, \
	$(wildcard tests/host/*.c)))
FUZZERS := $(patsubst tests/host/%.c,%,$(wildcard tests/host/fuzz_*.c))

HOST_SAN ?= -fsanitize=address,undefined -fno-sanitize-recover=undefined
HOST_OPT ?= -O1
HOST_WARN := $(WARN) -Wno-builtin-declaration-mismatch
HOST_BASE := -std=gnu11 $(HOST_OPT) -g -mno-red-zone -fno-strict-aliasing -fno-omit-frame-pointer \
	-fno-delete-null-pointer-checks $(HOST_WARN) $(HOST_SAN)
HOST_INC := -D__HOSTED__ -D__KERNEL__ $(DEBUG_FLAGS) -Itests/host/include -Iinclude
HOST_KFLAGS := $(HOST_BASE) $(HOST_INC) -include tests/host/include/host_rename.h -fno-builtin
# Rewindable sequences: the same ones, %gs being at 0 in a Linux process that does not use it.
HOST_ASM := $(wildcard arch/x86/rewind_*.asm)
HOST_TEST_ASM := $(wildcard tests/kernel/*.asm)
HOST_LIB_OBJS := $(HOST_ASM:%.asm=$(H)/%.asm.o) $(HOST_KSRC:%.c=$(H)/%.o) $(patsubst %.c,$(H)/%.o,$(filter-out %/main.c,$(HOST_GLUE)))
HOST_OBJS := $(HOST_LIB_OBJS) $(HOST_TEST_ASM:%.asm=$(H)/%.asm.o) $(HOST_TESTS:%.c=$(H)/%.o) $(H)/tests/host/main.o

$(H)/.flags: FORCE
	@mkdir -p $(H)
	$(call remember,$(HOSTCC) $(HOST_KFLAGS))

$(H)/tests/host/host_os.o: tests/host/host_os.c $(H)/.flags
	@mkdir -p $(@D)
	$(say) HOSTCC $<
	$(Q)$(HOSTCC) $(HOST_BASE) -MMD -MP -c -o $@ $<
$(H)/tests/host/%.o: tests/host/%.c $(H)/.flags
	@mkdir -p $(@D)
	$(say) HOSTCC $<
	$(Q)$(HOSTCC) $(HOST_BASE) $(HOST_INC) -MMD -MP -c -o $@ $<
$(H)/%.o: %.c $(H)/.flags
	@mkdir -p $(@D)
	$(say) HOSTCC $<
	$(Q)$(HOSTCC) $(HOST_KFLAGS) -MMD -MP -c -o $@ $<

$(H)/%.asm.o: %.asm $(H)/.flags
	@mkdir -p $(@D)
	$(say) NASM $<
	$(Q)$(NASM) $(NASMFLAGS) -MD $(@:.o=.d) -MT $@ -o $@ $<

HOST_LINK = $(HOSTCC) $(HOST_SAN) -no-pie -Wl,-T,tests/host/sections.ld -o $@ $(filter %.o %.a,$^)
$(H)/quarry.a: $(HOST_LIB_OBJS)
	$(Q)rm -f $@ && ar rcs $@ $^
$(H)/quarry-test: $(HOST_OBJS) tests/host/sections.ld
	$(say) HOSTLD $@
	$(Q)$(HOST_LINK)
$(HOST_PROGS:%=$(H)/%): $(H)/%: $(H)/tests/host/%.o $(H)/quarry.a tests/host/sections.ld
	$(say) HOSTLD $@
	$(Q)$(HOST_LINK)

host: $(H)/quarry-test $(HOST_PROGS:%=$(H)/%)
host-test: host
	$(Q)$(H)/quarry-test $(FILTER)

# ---- the hosted build once more, as fast as the kernel: for native cycles ------------
B := $(O)/bench
BENCH_OBJS := $(H)/tests/bench/host/bench_host.o $(H)/tests/bench/alloc_bench.o
$(H)/tests/bench/host/%.o: tests/bench/host/%.c $(H)/.flags
	@mkdir -p $(@D)
	$(say) HOSTCC $<
	$(Q)$(HOSTCC) $(HOST_BASE) $(HOST_INC) -MMD -MP -c -o $@ $<
$(H)/bench-host: $(BENCH_OBJS) $(H)/quarry.a tests/host/sections.ld
	$(say) HOSTLD $@
	$(Q)$(HOST_LINK)
$(H)/malloc-bench: $(H)/tests/bench/host/malloc_bench.o
	$(Q)$(HOSTCC) -no-pie -o $@ $<
bench-host:
	$(Q)$(MAKE) --no-print-directory H=$(B) HOST_SAN= HOST_OPT="-O2 -fno-pie" DEBUG_FLAGS= \
		$(B)/bench-host $(B)/malloc-bench
	$(Q)scripts/bench-host $(B) $(if $(BENCH),'$(BENCH)')

# ---- fuzzers: clang's libFuzzer around the boot parsers ----------------------------
F := $(O)/fuzz
FUZZ_FLAGS = $(filter-out $(HOST_SAN) -Wno-builtin-declaration-mismatch,$(HOST_KFLAGS)) \
	-Wno-unused-command-line-argument \
	-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
FUZZ_KSRC := $(filter boot/% lib/%,$(HOST_KSRC))
FUZZ_OBJS := $(FUZZ_KSRC:%.c=$(F)/%.o) $(F)/tests/host/platform.o $(F)/tests/host/host_os.o
$(F)/tests/host/%.o: tests/host/%.c
	@mkdir -p $(@D)
	$(say) FUZZCC $<
	$(Q)$(FUZZCC) $(filter-out -include tests/host/include/host_rename.h,$(FUZZ_FLAGS)) -MMD -MP -c -o $@ $<
$(F)/%.o: %.c
	@mkdir -p $(@D)
	$(say) FUZZCC $<
	$(Q)$(FUZZCC) $(FUZZ_FLAGS) -MMD -MP -c -o $@ $<
$(FUZZERS:%=$(F)/%): $(F)/%: $(F)/tests/host/%.o $(FUZZ_OBJS)
	$(say) FUZZLD $@
	$(Q)$(FUZZCC) -fsanitize=fuzzer,address,undefined -no-pie -Wl,-T,tests/host/sections.ld -o $@ $(filter %.o,$^)
fuzz: $(FUZZERS:%=$(F)/%)

# ---- running ----------------------------------------------------------------------
RUN = scripts/qemu-run --mem $(MEM) --smp $(SMP)
SAY_QUIT = @echo "(the monitor's poweroff, or Ctrl-A X, ends QEMU)"

run: all
	$(SAY_QUIT)
	$(Q)$(RUN) --interactive --entry bios --iso $(O)/$(IMG).iso $(if $(CMDLINE),--cmdline "$(CMDLINE)",--menu)
run-uefi: all
	$(SAY_QUIT)
	$(Q)$(RUN) --interactive --entry uefi --iso $(O)/$(IMG).iso $(if $(CMDLINE),--cmdline "$(CMDLINE)",--menu)
run-monitor: $(O)/$(IMG).elf
	$(SAY_QUIT)
	$(Q)$(RUN) --interactive --kernel $< --cmdline "monitor $(CMDLINE)"
debug: $(O)/$(IMG).elf
	$(Q)scripts/debug $< $(O)/debug.log --mem $(MEM) --smp $(SMP) --cmdline "$(or $(CMDLINE),monitor)"

test: all host fuzz ext-example
	$(Q)scripts/run-tests $(TESTFLAGS)
# Behind all: they share the objects, and two makes must not write them at once.
ext-example: all
	$(Q)$(MAKE) --no-print-directory IMG=ext-example EXT=tests/ext-example $(O)/ext-example.elf
sweep: $(O)/$(IMG).elf
	$(Q)scripts/irqsweep $(SWEEPFLAGS)
bench: $(O)/$(IMG).elf
	$(Q)scripts/bench --kernel $< --smp $(SMP) $(if $(BENCH),'$(BENCH)')
bench-turns: $(O)/$(IMG).elf
	$(Q)scripts/bench --kernel $< --smp 2 --turns
bench-check: $(O)/$(IMG).elf
	$(Q)CC='$(CC)' scripts/bench-check --kernel $< $(BENCHFLAGS)
bench-linux: $(O)/$(IMG).elf
	$(Q)scripts/bench-linux --kernel $< --smp $(SMP) $(BENCHFLAGS)
stress: $(O)/$(IMG).elf
	$(Q)O=$(O) CMDLINE='$(CMDLINE)' scripts/stress $(STRESS)
# The kernel without its suites and benchmarks: what the size limit is about.
bare:
	$(Q)$(MAKE) --no-print-directory IMG=bare TESTS=0 $(O)/bare.stripped
lint: bare $(O)/$(IMG).stripped
	$(Q)CC='$(CC)' MAKE='$(MAKE)' O=$(O) IMG=$(IMG) scripts/lint "$(KFLAGS)" "$(C_SRC)"
coverage:
	$(Q)MAKE='$(MAKE)' scripts/coverage
help:
	@echo 'Two commands on a fresh machine:  make setup run     make setup test'
	@echo
	@echo '  setup        install what is missing: compiler, QEMU, GRUB, ... (scripts/setup --check only looks)'
	@echo '  all          $(O)/quarry.elf, $(O)/quarry.iso, compile_commands.json (the default)'
	@echo '  run          boot the ISO through GRUB, serial port on this terminal'
	@echo '  run-uefi     the same through UEFI'
	@echo '  run-monitor  boot the kernel directly into its monitor, without GRUB'
	@echo '  debug        gdb on the booted kernel, with qr-page, qr-zones, qr-slabs, qr-vmalloc'
	@echo '  test         every test, hosted and booted; the last line is N passed, N failed'
	@echo '  host-test    the hosted suites alone (FILTER=glob)'
	@echo '  sweep        the deep interrupt sweep: every pair of instructions, some 15 minutes'
	@echo '  bench        the benchmark table, in instructions (BENCH=glob)'
	@echo '  bench-turns  what two CPUs cost each other, in instructions'
	@echo '  bench-check  fails if one of its figures grew (BENCHFLAGS=--update: take these as the new ones)'
	@echo '  bench-host   native cycles of the hosted build, beside malloc, mimalloc and jemalloc'
	@echo '  bench-linux  the same beside Linux, Debian'\''s package booted in the same QEMU'
	@echo '  stress       everybody allocates at full memory for 2 minutes: 64M with 1 CPU, 1G with 4 and 8 (STRESS="seconds mem:cpus...")'
	@echo '  lint         cppcheck, sparse, clang, format, layers, headers, sizes'
	@echo '  coverage     line and branch coverage of mm/ and lib/, hosted and booted'
	@echo '  clean        remove $(O)/'
	@echo
	@echo 'Variables: V=1 DEBUG=1 O=dir CC=clang CROSS_COMPILE= QEMU= QEMUFLAGS= SMP= MEM= CMDLINE= EXT=path'
	@echo 'DEBUG=1: compile the costly checks in (VM_BUG_ON, lockdep_assert_held), best with O=build/debug'
	@echo 'TESTS=0: leave suites and benchmarks out of the image'
	@echo 'EXT=path: a .c file or a folder of them is compiled in (see tests/ext-example/)'

clean:
	rm -rf $(O) compile_commands.json

.PHONY: $(PHONY) fuzz ext-example bare
-include $(OBJS:.o=.d) $(EXT_OBJS:.o=.d) $(HOST_OBJS:.o=.d) $(FUZZ_OBJS:.o=.d) $(FUZZERS:%=$(F)/tests/host/%.d) \
	$(HOST_PROGS:%=$(H)/tests/host/%.d) $(BENCH_OBJS:.o=.d)
endif
