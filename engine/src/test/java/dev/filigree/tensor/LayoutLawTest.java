package dev.filigree.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Coded;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.kernel.VectorWidths;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Laws of every layout: packing loses nothing, and a product is the dense product. */
class LayoutLawTest {

    private static final int[][] SHAPES = {{1, 1}, {1, 7}, {7, 1}, {13, 64}, {16, 65}, {61, 128}, {97, 300}, {384, 100}};

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5, 0.9, 0.99, 1})
    void packingThenUnpackingIsTheIdentity(double sparsity) {
        for (int[] shape : SHAPES) {
            for (var e : layouts(shape[0], shape[1]).entrySet()) {
                Case c = random(e.getKey(), shape[0], shape[1], sparsity);
                Weight w = e.getValue().pack(Arena.ofAuto(), c.live, c.values);
                String what = e.getKey() + " " + shape[0] + " x " + shape[1] + " at " + sparsity;
                if (w instanceof Tiled) {
                    assertEquals(shape[0] * (long) shape[1], w.nonZeros(), what);
                    continue;
                }
                Topology t = Topology.of(w);
                assertEquals(c.live.count(), w.nonZeros(), what);
                assertArrayEquals(c.live.column().toArray(), t.column().toArray(), what);
                assertArrayEquals(c.live.start().toArray(), t.start().toArray(), what);
                assertArrayEquals(c.values.toArray(), Layout.canonical(w, t).toArray(), what);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5, 0.9, 1})
    void aProductIsTheDenseProduct(double sparsity) {
        for (Kernels kernels : VectorWidths.andScalar()) {
            Compute compute = new Compute(kernels, new Parallel(2));
            for (int[] shape : SHAPES) {
                for (int tokens : new int[] {1, 16, 61, 130}) {
                    for (var e : layouts(shape[0], shape[1]).entrySet()) {
                        Case c = random(e.getKey(), shape[0], shape[1], sparsity);
                        Weight w = e.getValue().pack(Arena.ofAuto(), c.live, c.values);
                        check(compute, w, c, tokens, kernels.name() + " " + e.getKey() + " " + shape[0] + " x " + shape[1] + " x " + tokens);
                    }
                }
            }
            compute.parallel().close();
        }
    }

    /** What batches of sequences rely on: at one width a token's result depends on no other token, whoever is there. */
    @Test
    void inPanelsOfOneWidthATokenHasTheSameBitsAtAnyPlace() {
        for (Kernels kernels : VectorWidths.andScalar()) {
            Compute compute = new Compute(kernels, new Parallel(2));
            for (int[] shape : new int[][] {{13, 64}, {61, 300}}) {
                Map<String, Weight> weights = new LinkedHashMap<>();
                for (var e : layouts(shape[0], shape[1]).entrySet()) {
                    Case c = random(e.getKey(), shape[0], shape[1], 0.5);
                    weights.put(e.getKey(), e.getValue().pack(Arena.ofAuto(), c.live, c.values));
                    if (weights.get(e.getKey()) instanceof BlockCsr b && b.blockRows() >= 4) {
                        weights.put(e.getKey() + " int8", CodedBlocks.pack(Arena.ofAuto(), b, Coded.Type.INT8, 0));
                    }
                }
                for (Coded.Type type : Coded.Type.values()) {
                    weights.put("columns " + type, Columns.pack(Arena.ofAuto(), weights.get("tiled"), type, shape[1]));
                }
                if (weights.get("1x16") != null) {
                    Topology t = Topology.of(weights.get("1x16"));
                    weights.put("1x16 int4", CodedGroups.pack(Arena.ofAuto(), t, Layout.canonical(weights.get("1x16"), t)));
                }
                weights.put("sliced", SlicedEll.pack(Arena.ofAuto(), random("csr", shape[0], shape[1], 0.5).live, random("csr", shape[0], shape[1], 0.5).values));
                weights.forEach((name, w) -> sameBits(compute, w, kernels.name() + " " + name + " " + shape[0] + " x " + shape[1]));
            }
            compute.parallel().close();
        }
    }

    /** 70 tokens, and nine of them by themselves at other places. */
    private static void sameBits(Compute compute, Weight w, String what) {
        for (int width : new int[] {16, 32, 64}) {
            float[][] all = product(compute, w, width, 0, 70, 0);
            float[][] few = product(compute, w, width, 33, 9, 5);
            for (int t = 0; t < few.length; t++) {
                assertArrayEquals(all[33 + t], few[t], what + ", width " + width + ", token " + t);
            }
        }
    }

    /** Tokens {@code from .. from + count}, the first in lane {@code place}. */
    private static float[][] product(Compute compute, Weight w, int width, int from, int count, int place) {
        int panels = Math.ceilDiv(count + place, width);
        Floats x = Floats.allocate(panels * w.cols() * width);
        Floats y = Floats.allocate(panels * w.rows() * width);
        for (int t = 0; t < count; t++) {
            Rng rng = new Rng(from + t);
            for (int c = 0; c < w.cols(); c++) {
                x.set(((t + place) / width * w.cols() + c) * width + (t + place) % width, rng.nextFloat() - 0.5f);
            }
        }
        Matmul.apply(compute, w, null, Activation.SILU, x, y, panels, width);
        float[][] out = new float[count][w.rows()];
        for (int t = 0; t < count; t++) {
            for (int r = 0; r < w.rows(); r++) {
                out[t][r] = y.get(((t + place) / width * w.rows() + r) * width + (t + place) % width);
            }
        }
        return out;
    }

    @Test
    void anIndexOutOfRangeIsRefusedWhenATopologyIsMade() {
        for (int[] column : new int[][] {{0, 5}, {0, -1}, {1, 1}, {2, 1}}) {
            assertThrows(UserError.class, () -> Topology.of("w", 1, 5, Ints.of(0, 2), Ints.of(column)));
        }
        assertThrows(UserError.class, () -> Topology.of("w", 2, 5, Ints.of(0, 3, 2), Ints.of(0, 1)));
        assertThrows(UserError.class, () -> Topology.of("w", 2, 5, Ints.of(1, 2, 2), Ints.of(0, 1)));
        assertThrows(UserError.class, () -> Topology.of("w", 2, 5, Ints.of(0, -1, 2), Ints.of(0, 1)));
        assertThrows(UserError.class, () -> Topology.of("w", 2, 5, Ints.of(0, 2), Ints.of(0, 1)));
    }

    @Test
    void positionsThatDoNotFitALayoutAreRefused() {
        Topology none = new Topology.Builder(4, 4, 1).build();
        Topology.Builder b = new Topology.Builder(4, 4, 1);
        b.add(1, 2);
        Topology loose = b.build();
        assertEquals(0, Layout.blocks(4).pack(Arena.ofAuto(), none, Floats.allocate(0)).nonZeros());
        assertThrows(UserError.class, () -> Layout.blocks(4).pack(Arena.ofAuto(), loose, Floats.of(1f)));
        assertThrows(UserError.class, () -> Layout.nOfM(2, 4).pack(Arena.ofAuto(), loose, Floats.of(1f)));
        assertThrows(UserError.class, () -> Layout.groups(4).pack(Arena.ofAuto(), loose, Floats.of(1f)));
        assertThrows(UserError.class, () -> Layout.groups(8).pack(Arena.ofAuto(), none, Floats.allocate(0)));
    }

    private record Case(Topology live, Floats values) {
    }

    private static Map<String, Layout> layouts(int rows, int cols) {
        Map<String, Layout> all = new LinkedHashMap<>();
        all.put("tiled", Layout.TILED);
        all.put("csr", Layout.csr(Integer.MAX_VALUE));
        all.put("csr chunk 32", Layout.csr(32));
        all.put("bitmap", Layout.BITMAP);
        for (int r : new int[] {1, 2, 4, 8, 16}) {
            all.put(r + "x1", Layout.blocks(r));
        }
        for (int g : RowGroups.SIZES) {
            if (cols % g == 0) {
                all.put("1x" + g, Layout.groups(g));
                all.put("1x" + g + " chunk 20", (arena, t, v) -> RowGroups.pack(arena, t, v, g, 20));
            }
        }
        if (cols % 4 == 0) {
            all.put("2:4", Layout.nOfM(2, 4));
        }
        return all;
    }

    /** Random live positions that the layout of that name can hold. */
    private static Case random(String layout, int rows, int cols, double sparsity) {
        Rng rng = new Rng(rows * 1000L + cols).split(layout + sparsity);
        Topology.Builder b = new Topology.Builder(rows, cols, 16);
        if (layout.equals("2:4")) {
            for (int r = 0; r < rows; r++) {
                for (int g = 0; g < cols; g += 4) {
                    int[] order = rng.permutation(4);
                    b.add(r, g + order[0]);
                    b.add(r, g + order[1]);
                }
            }
        } else {
            int width = layout.startsWith("1x") && !layout.equals("1x1") ? Integer.parseInt(layout.substring(2).replace(" chunk 20", "")) : 1;
            int height = layout.endsWith("x1") ? Integer.parseInt(layout.substring(0, layout.length() - 2)) : 1;
            for (int r = 0; r < rows; r += height) {
                for (int c = 0; c < cols; c += width) {
                    if (rng.nextDouble() >= sparsity) {
                        for (int i = 0; i < Math.min(rows - r, height) * width; i++) {
                            b.add(r + i / width, c + i % width);
                        }
                    }
                }
            }
        }
        Topology live = b.build();
        Floats values = Floats.allocate(live.count());
        for (int i = 0; i < values.length(); i++) {
            values.set(i, (float) rng.nextGaussian());
        }
        return new Case(live, values);
    }

    private static void check(Compute compute, Weight w, Case c, int tokens, String what) {
        int width = Kernels.widthFor(tokens);
        int panels = Math.ceilDiv(tokens, width);
        int rows = w.rows();
        int cols = w.cols();
        Rng rng = new Rng(tokens);
        Floats x = Floats.allocate(panels * cols * width);
        for (int i = 0; i < x.length(); i++) {
            x.set(i, rng.nextFloat() - 0.5f);
        }
        Floats bias = Floats.allocate(rows);
        for (int r = 0; r < rows; r++) {
            bias.set(r, rng.nextFloat());
        }
        Floats y = Floats.allocate(panels * rows * width).fill(Float.NaN);
        Floats residual = tokens % 2 == 0 ? null : Floats.allocate(y.length());
        for (int i = 0; residual != null && i < residual.length(); i++) {
            residual.set(i, rng.nextFloat());
        }
        Matmul.apply(compute, w, bias, Activation.RELU, residual, x, y, panels, width);
        List<String> wrong = new ArrayList<>();
        for (int p = 0; p < panels; p++) {
            for (int r = 0; r < rows; r += Math.max(1, rows / 9)) {
                for (int t = 0; t < width; t += 5) {
                    double sum = bias.get(r);
                    for (int j = c.live.start().get(r); j < c.live.start().get(r + 1); j++) {
                        sum += (double) c.values.get(j) * x.get((p * cols + c.live.column().get(j)) * width + t);
                    }
                    double right = Math.max(0, sum) + (residual == null ? 0 : residual.get((p * rows + r) * width + t));
                    double found = y.get((p * rows + r) * width + t);
                    if (!(Math.abs(found - right) <= 1e-6 * (cols + 10))) {
                        wrong.add(p + "," + r + "," + t + ": " + found + " instead of " + right);
                    }
                }
            }
        }
        assertEquals(List.of(), wrong, what);
    }
}
