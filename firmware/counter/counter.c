/* Counts instructions of stretches of a programme, and the cycles that a Cortex-M0+ takes for them.
 *
 * A plugin of QEMU's translator: `-plugin libcounter.so,start=ADDRESS,stop=ADDRESS,end=ADDRESS` with the addresses
 * of the programme's functions `count_start`, `count_stop` and `count_end`. What is executed between a start and a
 * stop is added up; an end prints both sums on a line and sets them to 0. The counts do not depend on the
 * machine or its load.
 *
 * Cycles are those of Arm's table for the M0+ (DDI 0484C, 3.3; multiplication in one cycle, memory without wait
 * states), of instructions that an M0+ has.
 *
 * The nine functions are declared here because not every QEMU comes with its header.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t plugin_id;
struct tb;
struct insn;
typedef void (*translated)(plugin_id, struct tb *);
typedef void (*executed)(unsigned vcpu, void *data);

extern void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id, translated);
extern size_t qemu_plugin_tb_n_insns(const struct tb *);
extern struct insn *qemu_plugin_tb_get_insn(const struct tb *, size_t);
extern uint64_t qemu_plugin_insn_vaddr(const struct insn *);
extern const void *qemu_plugin_insn_data(const struct insn *);
extern size_t qemu_plugin_insn_size(const struct insn *);
extern void qemu_plugin_register_vcpu_insn_exec_inline(struct insn *, int op, void *, uint64_t);
extern void qemu_plugin_register_vcpu_insn_exec_cb(struct insn *, executed, int flags, void *);
extern void qemu_plugin_register_vcpu_tb_exec_cb(struct tb *, executed, int flags, void *);

/* What was executed so far: QEMU's own code adds to these. */
static uint64_t instructions, cycles;
static struct { uint64_t instructions, cycles; } at_start, sum;
static uint64_t start, stop, end;
/* Where the block before goes on if its branch is not taken; 0 if it ends otherwise. */
static uint64_t not_taken;

static void on_start(unsigned vcpu, void *data)
{
    at_start.instructions = instructions;
    at_start.cycles = cycles;
}

static void on_stop(unsigned vcpu, void *data)
{
    sum.instructions += instructions - at_start.instructions;
    sum.cycles += cycles - at_start.cycles;
}

static void on_end(unsigned vcpu, void *data)
{
    printf("%" PRIu64 " %" PRIu64 "\n", sum.instructions, sum.cycles);
    fflush(stdout);
    memset(&sum, 0, sizeof sum);
}

struct block { uint64_t start, not_taken; };

/* A conditional branch costs a cycle more when it is taken. */
static void on_block(unsigned vcpu, void *data)
{
    const struct block *block = data;
    if (not_taken && block->start != not_taken)
        cycles++;
    not_taken = block->not_taken;
}

static bool is_conditional(uint16_t op)
{
    return (op & 0xf000) == 0xd000 && (op & 0x0f00) < 0x0e00;
}

static unsigned cycles_of(uint16_t op, size_t size)
{
    unsigned registers = __builtin_popcount(op & 0xff);
    if (size == 4)
        return 3;                                    /* BL, MRS, MSR, barriers */
    if ((op & 0xf000) == 0xc000)
        return 1 + registers;                        /* LDM, STM */
    if ((op & 0xfe00) == 0xb400)
        return 1 + registers + (op >> 8 & 1);        /* PUSH */
    if ((op & 0xfe00) == 0xbc00)
        return op & 0x100 ? 3 + registers : 1 + registers; /* POP */
    if ((op & 0xf800) == 0x4800 || (op >= 0x5000 && op < 0xa000))
        return 2;                                    /* LDR, STR and their like */
    if ((op & 0xf800) == 0xe000 || (op & 0xff00) == 0x4700)
        return 2;                                    /* B, BX, BLX */
    if ((op & 0xfc87) == 0x4487)
        return 2;                                    /* ADD and MOV to the program counter */
    return 1;
}

static void on_translated(plugin_id id, struct tb *tb)
{
    size_t count = qemu_plugin_tb_n_insns(tb);
    struct block *block = calloc(1, sizeof *block);
    for (size_t k = 0; k < count; k++) {
        struct insn *insn = qemu_plugin_tb_get_insn(tb, k);
        uint64_t address = qemu_plugin_insn_vaddr(insn);
        size_t size = qemu_plugin_insn_size(insn);
        uint16_t op;
        memcpy(&op, qemu_plugin_insn_data(insn), sizeof op);
        qemu_plugin_register_vcpu_insn_exec_inline(insn, 0, &instructions, 1);
        qemu_plugin_register_vcpu_insn_exec_inline(insn, 0, &cycles, cycles_of(op, size));
        if (k == 0)
            block->start = address;
        if (k + 1 == count && size == 2 && is_conditional(op))
            block->not_taken = address + size;
        executed call = address == start ? on_start : address == stop ? on_stop : address == end ? on_end : NULL;
        if (call)
            qemu_plugin_register_vcpu_insn_exec_cb(insn, call, 0, NULL);
    }
    qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, 0, block);
}

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

__attribute__((visibility("default")))
int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
    for (int k = 0; k < argc; k++) {
        char *value = strchr(argv[k], '=');
        if (!value)
            return -1;
        /* The lowest bit of a function's address says Thumb. */
        uint64_t address = strtoull(value + 1, NULL, 16) & ~1ull;
        if (!strncmp(argv[k], "start=", 6))
            start = address;
        else if (!strncmp(argv[k], "stop=", 5))
            stop = address;
        else if (!strncmp(argv[k], "end=", 4))
            end = address;
        else
            return -1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translated);
    return 0;
}
