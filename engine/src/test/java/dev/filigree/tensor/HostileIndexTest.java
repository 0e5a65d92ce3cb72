package dev.filigree.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.base.Shorts;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Coded;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever indices a matrix is made of: it is refused with one line, or its products stay inside their buffers. */
class HostileIndexTest {

    private static final int ROWS = 37;
    private static final int COLS = 70;
    private static final int WHOLE = 72;
    private static final int GUARD = 512;

    private final Rng rng = new Rng(11);
    private final Topology live = live(0.4, 1);
    private final Topology blocky = live(0.4, 4);
    private final Topology grouped = groups(0.4);

    @Test
    void offsetsAndColumnsThatLeadOutsideAreRefused() {
        Csr csr = (Csr) pack(Layout.csr(32), live);
        refused(() -> new Csr(ROWS, COLS, 32, with(csr.start(), 5, -1), csr.column(), csr.values()), "row offsets must ascend");
        refused(() -> new Csr(ROWS, COLS, 32, with(csr.start(), 5, Integer.MAX_VALUE), csr.column(), csr.values()), "row offsets must ascend");
        refused(() -> new Csr(ROWS, COLS, 32, csr.start(), with(csr.column(), 3, 65535), csr.values()), "out of order or outside 0..31");
        refused(() -> new Csr(ROWS, COLS, 32, csr.start(), csr.column(), Floats.allocate(3)), "expected 3");
        refused(() -> new Csr(0, COLS, 32, csr.start(), csr.column(), csr.values()), "at least one row");
        BlockCsr b = (BlockCsr) pack(Layout.blocks(4), blocky);
        refused(() -> new BlockCsr(ROWS, COLS, 4, b.start(), with(b.column(), 0, COLS), b.values()), "outside 0.." + (COLS - 1));
        RowGroups g = (RowGroups) pack(Layout.groups(8), grouped);
        refused(() -> new RowGroups(ROWS, WHOLE, 8, 32, g.start(), g.column(), g.values()), "row offsets");
        refused(() -> new RowGroups(ROWS, WHOLE, 8, g.chunk(), g.start(), with(g.column(), 0, 3), g.values()), "group 0 begins at column 3");
        refused(() -> new RowGroups(ROWS, WHOLE, 8, g.chunk(), g.start(), with(g.column(), 0, WHOLE), g.values()), "outside 0.." + (WHOLE - 1));
        refused(() -> new RowGroups(ROWS, WHOLE, 8, g.chunk(), g.start(), g.column(), Floats.allocate(3)), "found 3 values");
        refused(() -> new RowGroups(ROWS, WHOLE + 4, 8, g.chunk(), g.start(), g.column(), g.values()), "expected a multiple of 8");
        refused(() -> new BlockCsr(ROWS, Shorts.RANGE + 1, 4, b.start(), b.column(), b.values()), "at most 65536 inputs, found 65537");
    }

    @Test
    void moreElementsThanOneBufferHoldsAreRefusedThoughPositionsMayBeMore() {
        Topology few = Topology.of("few", 70_000, 40_000, Ints.allocate(70_001), Ints.allocate(0)); // 2.8e9 positions, none live
        Floats none = Floats.allocate(0);
        Weight csr = Layout.csr(40_000).pack(Arena.ofAuto(), few, none);
        assertEquals(2_800_000_000L, csr.positions());
        refused(() -> Tiled.pack(Arena.ofAuto(), csr), "dense: found 2800000000 values, at most 2147483647");
        refused(() -> Layout.csr(1).pack(Arena.ofAuto(), few, none), "csr: found 2800000001 row offsets");
    }

    @Test
    void placesBitsStepsAndScalesAreCheckedToo() {
        PackedNofM p = (PackedNofM) Layout.nOfM(2, 5).pack(Arena.ofAuto(), nOfM(), Floats.allocate(ROWS * COLS / 5 * 2));
        MemorySegment places = copy(p.place());
        places.set(ValueLayout.JAVA_BYTE, 4, (byte) 100);
        refused(() -> new PackedNofM(ROWS, COLS, 2, 5, places, p.values()), "place 100 of value 4 is out of order or outside 0..4");
        Bitmap bitmap = (Bitmap) pack(Layout.BITMAP, live);
        MemorySegment bits = copy(bitmap.bits());
        bits.setAtIndex(ValueLayout.JAVA_LONG, 1, bits.getAtIndex(ValueLayout.JAVA_LONG, 1) ^ 1L << 63);
        refused(() -> new Bitmap(ROWS, COLS, bits, bitmap.start(), bitmap.values()), "row 0");
        SlicedEll s = (SlicedEll) pack(SlicedEll::pack, live);
        MemorySegment code = copy(s.code());
        code.set(ValueLayout.JAVA_BYTE, 0, (byte) 32);
        refused(() -> new SlicedEll(ROWS, COLS, s.steps(), s.firstStep(), s.firstCode(), code, s.values(), s.rest()), "column 32 of segment 0 in slice 0");
        Columns columns = Columns.pack(Arena.ofAuto(), pack(Layout.csr(COLS), live), Coded.Type.INT8, COLS);
        columns.coded().scales().set(3, Float.NaN);
        refused(() -> new Columns(ROWS, COLS, Columns.DENSE, COLS, columns.coded()), "scale 3 is NaN, expected a finite number");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 16})
    void mutatedMatricesAreRefusedOrStayInTheirBuffers(int width) {
        try (Parallel alone = Parallel.single()) {
            Compute compute = new Compute(Kernels.best(), alone);
            int kept = 0;
            for (int trial = 0; trial < 400; trial++) {
                Weight w;
                try {
                    w = mutated(trial % 7);
                } catch (UserError e) {
                    assertTrue(e.getMessage().lines().count() == 1, e.getMessage());
                    continue;
                }
                kept++;
                Floats x = Floats.allocate(w.cols() * width).fill(1f);
                Floats y = Floats.allocate(ROWS * width + GUARD).fill(7f);
                Matmul.apply(compute, w, null, Activation.NONE, x, y.slice(0, ROWS * width), 1, width);
                for (int i = ROWS * width; i < y.length(); i++) {
                    assertEquals(7f, y.get(i), w.layout() + " wrote past its rows");
                }
            }
            assertTrue(kept > 20, "too few survived to say anything: " + kept);
        }
    }

    /** One index, offset or code changed at random, mostly by little. */
    private Weight mutated(int kind) {
        return switch (kind) {
            case 0 -> {
                Csr c = (Csr) pack(Layout.csr(32), live);
                yield new Csr(ROWS, COLS, 32, jolted(c.start()), jolted(c.column()), c.values());
            }
            case 1 -> {
                BlockCsr b = (BlockCsr) pack(Layout.blocks(4), blocky);
                yield new BlockCsr(ROWS, COLS, 4, jolted(b.start()), jolted(b.column()), b.values());
            }
            case 2 -> {
                PackedNofM p = (PackedNofM) Layout.nOfM(2, 5).pack(Arena.ofAuto(), nOfM(), Floats.allocate(ROWS * COLS / 5 * 2));
                yield new PackedNofM(ROWS, COLS, 2, 5, jolted(p.place()), p.values());
            }
            case 3 -> {
                Bitmap b = (Bitmap) pack(Layout.BITMAP, live);
                yield new Bitmap(ROWS, COLS, jolted(b.bits()), jolted(b.start()), b.values());
            }
            case 4 -> {
                RowGroups g = (RowGroups) pack(Layout.groups(8), grouped);
                yield new RowGroups(ROWS, WHOLE, 8, g.chunk(), jolted(g.start()), jolted(g.column()), g.values());
            }
            case 5 -> {
                SlicedEll s = (SlicedEll) pack(SlicedEll::pack, live);
                yield new SlicedEll(ROWS, COLS, jolted(s.steps()), s.firstStep(), s.firstCode(), jolted(s.code()), s.values(), s.rest());
            }
            default -> {
                CodedBlocks b = CodedBlocks.pack(Arena.ofAuto(), (BlockCsr) pack(Layout.blocks(4), blocky), Coded.Type.INT8, 16);
                yield new CodedBlocks(ROWS, COLS, 4, jolted(b.start()), jolted(b.count()), jolted(b.column()), b.values(), b.scaleStart(), 16);
            }
        };
    }

    private Ints jolted(Ints all) {
        return rng.nextInt(3) > 0 ? all : with(all, rng.nextInt(all.length()), all.get(rng.nextInt(all.length())) + rng.nextInt(5) - 2);
    }

    private Shorts jolted(Shorts all) {
        int at = rng.nextInt(all.length());
        return rng.nextInt(3) > 0 ? all : with(all, at, Math.clamp(all.get(at) + rng.nextInt(7) - 3, 0, Shorts.RANGE - 1));
    }

    private MemorySegment jolted(MemorySegment all) {
        MemorySegment c = copy(all);
        long at = rng.nextInt((int) c.byteSize());
        if (rng.nextInt(2) == 0) {
            c.set(ValueLayout.JAVA_BYTE, at, (byte) (c.get(ValueLayout.JAVA_BYTE, at) ^ 1 << rng.nextInt(8)));
        }
        return c;
    }

    private static void refused(Supplier<Weight> made, String why) {
        UserError e = assertThrows(UserError.class, made::get);
        assertTrue(e.getMessage().contains(why) && e.getMessage().lines().count() == 1, e.getMessage());
    }

    private static Ints with(Ints all, int at, int value) {
        int[] copy = all.toArray();
        copy[at] = value;
        return Ints.of(copy);
    }

    private static Shorts with(Shorts all, int at, int value) {
        Shorts copy = Shorts.allocate(all.length());
        MemorySegment.copy(all.segment(), 0, copy.segment(), 0, all.bytes());
        copy.set(at, value);
        return copy;
    }

    private static MemorySegment copy(MemorySegment all) {
        return Arena.ofAuto().allocate(all.byteSize(), Floats.ALIGNMENT).copyFrom(all);
    }

    private static Weight pack(Layout layout, Topology t) {
        return layout.pack(Arena.ofAuto(), t, Floats.allocate(t.count()).fill(1f));
    }

    private static Topology live(double density, int height) {
        Rng rng = new Rng(3);
        Topology.Builder b = new Topology.Builder(ROWS, COLS, 16);
        for (int r = 0; r < ROWS; r += height) {
            for (int c = 0; c < COLS; c++) {
                if (rng.nextDouble() < density) {
                    for (int i = r; i < Math.min(ROWS, r + height); i++) {
                        b.add(i, c);
                    }
                }
            }
        }
        return b.build();
    }

    private static Topology groups(double density) {
        Rng rng = new Rng(3);
        Topology.Builder b = new Topology.Builder(ROWS, WHOLE, 16);
        for (int r = 0; r < ROWS; r++) {
            for (int c = 0; c < WHOLE; c += 8) {
                boolean there = rng.nextDouble() < density;
                for (int i = c; there && i < c + 8; i++) {
                    b.add(r, i);
                }
            }
        }
        return b.build();
    }

    private static Topology nOfM() {
        Topology.Builder b = new Topology.Builder(ROWS, COLS, 16);
        for (int r = 0; r < ROWS; r++) {
            for (int c = 0; c < COLS; c += 5) {
                b.add(r, c + r % 4);
                b.add(r, c + 4);
            }
        }
        return b.build();
    }
}
