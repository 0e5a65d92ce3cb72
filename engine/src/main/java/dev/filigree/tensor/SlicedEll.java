package dev.filigree.tensor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Shorts;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Coded;
import dev.filigree.kernel.MatrixVector;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Unstructured entries for one token at a time: sliced ELLPACK in segments of 32 columns, see {@link MatrixVector#sliced}.
 * Each segment of a slice has as many steps as cost the fewest bytes; rows with more entries than steps leave the surplus to
 * {@code rest}.
 */
public record SlicedEll(int rows, int cols, Shorts steps, Ints firstStep, Ints firstCode, MemorySegment code, Floats values, Csr rest) implements Weight {

    private static final int ROWS = MatrixVector.SLICE_ROWS;
    private static final int SEGMENT = MatrixVector.SEGMENT;
    /** Marks what fills up; as a column it reads as 0. */
    private static final byte FILL = (byte) 0x80;
    /** Time of a listed entry of {@code rest} in bytes that could be read meanwhile; it is not bound by its own six. */
    private static final int REST_COST = 18;
    /** Bytes of a step: sixteen values and columns. */
    private static final int STEP_COST = ROWS * 5;

    public SlicedEll {
        Checked.shape("sliced", rows, cols);
        Checked.nativeMemory("sliced", code);
        int slices = Math.ceilDiv(rows, ROWS);
        int segments = Math.ceilDiv(cols, SEGMENT);
        Checked.length("sliced", "segments", steps.length(), (long) slices * segments);
        Checked.length("sliced", "inputs of the rest", rest.cols(), cols);
        Checked.length("sliced", "rows of the rest", rest.rows(), rows);
        if (cols > Shorts.RANGE) {
            throw new UserError("sliced: at most " + Shorts.RANGE + " inputs are possible, found " + cols + "; use csr for this matrix");
        }
        Checked.length("sliced", "slices", Math.min(firstStep.length(), firstCode.length()) - 1L, slices);
        long step = 0;
        long unit = 0;
        for (int s = 0; s < slices; s++) {
            Checked.length("sliced", "steps before slice " + s, firstStep.get(s), step);
            Checked.length("sliced", "units of columns before slice " + s, firstCode.get(s), unit);
            for (int g = 0; g < segments; g++) {
                int count = steps.get(s * segments + g);
                int width = Math.min(SEGMENT, cols - g * SEGMENT);
                for (int i = 0; i < count * ROWS; i++) {
                    long at = (unit + i / ROWS / 4) * Coded.UNIT + 4L * (i % ROWS) + i / ROWS % 4;
                    byte c = at < code.byteSize() ? code.get(JAVA_BYTE, at) : FILL;
                    if (c != FILL && (c < 0 || c >= width)) {
                        throw new UserError("sliced: column " + c + " of segment " + g + " in slice " + s + " is outside 0.." + (width - 1));
                    }
                }
                step += count;
                unit += Math.ceilDiv(count, 4);
            }
        }
        Checked.length("sliced", "steps", firstStep.get(slices), step);
        Checked.length("sliced", "values", values.length(), step * ROWS);
        Checked.length("sliced", "bytes of columns", code.byteSize(), unit * Coded.UNIT);
    }

    /** Packs {@code values}, in the canonical order of {@code t}. */
    public static SlicedEll pack(Arena arena, Topology t, Floats values) {
        int slices = Math.ceilDiv(t.rows(), ROWS);
        int segments = Math.ceilDiv(t.cols(), SEGMENT);
        Shorts steps = Shorts.allocate(arena, Checked.elements("sliced", "segments", (long) slices * segments));
        Ints firstStep = Ints.allocate(arena, slices + 1);
        Ints firstCode = Ints.allocate(arena, slices + 1);
        int[] bounds = bounds(t, segments);
        for (int s = 0; s < slices; s++) {
            int step = firstStep.get(s);
            int unit = firstCode.get(s);
            for (int g = 0; g < segments; g++) {
                int best = bestSteps(bounds, s, g, segments, t.rows());
                steps.set(s * segments + g, best);
                step += best;
                unit += Math.ceilDiv(best, 4);
            }
            firstStep.set(s + 1, step);
            firstCode.set(s + 1, unit);
        }
        Floats packed = Floats.allocate(arena, Checked.elements("sliced", "values", (long) firstStep.get(slices) * ROWS));
        MemorySegment code = arena.allocate(Math.max(1, (long) firstCode.get(slices) * Coded.UNIT), Floats.ALIGNMENT)
                .asSlice(0, (long) firstCode.get(slices) * Coded.UNIT).fill(FILL);
        Topology.Builder surplus = new Topology.Builder(t.rows(), t.cols(), 16);
        java.util.ArrayList<Integer> surplusFrom = new java.util.ArrayList<>();
        for (int r = 0; r < t.rows(); r++) {
            int step = firstStep.get(r / ROWS);
            int unit = firstCode.get(r / ROWS);
            for (int g = 0; g < segments; g++) {
                int count = steps.get(r / ROWS * segments + g);
                int from = bounds[r * (segments + 1) + g];
                for (int j = from; j < bounds[r * (segments + 1) + g + 1]; j++) {
                    int i = j - from;
                    int c = t.column().get(j);
                    if (i < count) {
                        packed.set((step + i) * ROWS + r % ROWS, values.get(j));
                        code.set(JAVA_BYTE, (long) (unit + i / 4) * Coded.UNIT + 4 * (r % ROWS) + i % 4, (byte) (c - g * SEGMENT));
                    } else {
                        surplus.add(r, c);
                        surplusFrom.add(j);
                    }
                }
                step += count;
                unit += Math.ceilDiv(count, 4);
            }
        }
        Floats restValues = Floats.allocate(surplusFrom.size());
        for (int i = 0; i < restValues.length(); i++) {
            restValues.set(i, values.get(surplusFrom.get(i)));
        }
        Csr rest = Csr.pack(arena, surplus.build(), restValues, t.cols());
        return new SlicedEll(t.rows(), t.cols(), steps, firstStep, firstCode, code, packed, rest);
    }

    /** For each row the canonical index at which each segment begins, and the end. */
    private static int[] bounds(Topology t, int segments) {
        int[] bounds = new int[Math.multiplyExact(t.rows(), segments + 1)];
        for (int r = 0; r < t.rows(); r++) {
            int j = t.start().get(r);
            for (int g = 0; g <= segments; g++) {
                while (j < t.start().get(r + 1) && t.column().get(j) < g * SEGMENT) {
                    j++;
                }
                bounds[r * (segments + 1) + g] = g == segments ? t.start().get(r + 1) : j;
            }
        }
        return bounds;
    }

    private static int bestSteps(int[] bounds, int slice, int segment, int segments, int rows) {
        int[] withMore = new int[SEGMENT + 1]; // rows that have more than i entries
        for (int r = slice * ROWS; r < Math.min(rows, (slice + 1) * ROWS); r++) {
            int at = r * (segments + 1) + segment;
            for (int i = 0; i < bounds[at + 1] - bounds[at]; i++) {
                withMore[i]++;
            }
        }
        int steps = 0;
        while (withMore[steps] * REST_COST > STEP_COST) { // one step more takes one entry of each of these rows
            steps++;
        }
        return steps;
    }

    @Override
    public long nonZeros() {
        long[] n = {0};
        forEach((r, c, slot, v) -> n[0]++);
        return n[0];
    }

    @Override
    public long bytes() {
        return steps.bytes() + firstStep.bytes() + firstCode.bytes() + code.byteSize() + values.bytes() + rest.bytes();
    }

    @Override
    public String layout() {
        return "sliced";
    }

    @Override
    public void forEach(Visitor visitor) {
        int segments = Math.ceilDiv(cols, SEGMENT);
        for (int s = 0; s < firstStep.length() - 1; s++) {
            int step = firstStep.get(s);
            long unit = firstCode.get(s);
            for (int g = 0; g < segments; g++) {
                int count = steps.get(s * segments + g);
                for (int i = 0; i < count * ROWS; i++) {
                    byte c = code.get(JAVA_BYTE, (unit + i / ROWS / 4) * Coded.UNIT + 4L * (i % ROWS) + i / ROWS % 4);
                    if (c != FILL) {
                        int slot = step * ROWS + i;
                        visitor.at(s * ROWS + i % ROWS, g * SEGMENT + c, slot, values.get(slot));
                    }
                }
                step += count;
                unit += Math.ceilDiv(count, 4);
            }
        }
        rest.forEach((r, c, slot, v) -> visitor.at(r, c, values.length() + slot, v));
    }
}
