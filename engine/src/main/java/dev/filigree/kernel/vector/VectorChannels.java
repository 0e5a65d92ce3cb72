package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.address;
import static java.lang.ref.Reference.reachabilityFence;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Channels;
import dev.filigree.kernel.Planes;
import dev.filigree.kernel.Window;
import dev.filigree.kernel.scalar.ScalarKernels;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Whole vectors, and the rest of a range under a mask or number by number. Pooling is in vectors where images are dealt to
 * lanes; other planes hold so few images that the definition will do.
 */
final class VectorChannels implements Channels {

    /** Elements that are summed in single precision before a sum continues in double. */
    private static final int BLOCK = 1024;

    private final Channels definition = new ScalarKernels().channels();

    @Override
    public double sum(Floats x, int from, int count) {
        double sum = 0;
        for (int i = 0; i < count; i += BLOCK) {
            sum += sumBlock(address(x) + 4L * (from + i), Math.min(BLOCK, count - i));
        }
        reachabilityFence(x);
        return sum;
    }

    private static float sumBlock(long p, int count) {
        FloatVector a = FloatVector.zero(F);
        FloatVector b = FloatVector.zero(F);
        int left = count;
        for (; left >= 2 * N; left -= 2 * N) {
            a = a.add(fromMemorySegment(F, ALL, p & MASK, ORDER));
            b = b.add(fromMemorySegment(F, ALL, (p + STEP) & MASK, ORDER));
            p += 2 * STEP;
        }
        float sum = Functions.sum(a.add(b));
        for (; left > 0; left--) {
            sum += Lanes.getFloat(p);
            p += 4;
        }
        return sum;
    }

    @Override
    public void moments(Floats x, float origin, int from, int count, double[] sums) {
        for (int i = 0; i < count; i += BLOCK) {
            ChannelLoops.moments(address(x) + 4L * (from + i), origin, Math.min(BLOCK, count - i), sums);
        }
        reachabilityFence(x);
    }

    @Override
    public void scale(float gain, float shift, Floats x, Floats residual, boolean relu, Floats y, int from, int count) {
        long p = address(x) + 4L * from;
        long q = address(y) + 4L * from;
        float least = relu ? 0f : Float.NEGATIVE_INFINITY;
        if (residual == null) {
            ChannelLoops.scale(gain, shift, least, p, q, count);
        } else {
            ChannelLoops.scaleAdd(gain, shift, least, p, address(residual) + 4L * from, q, count);
        }
        reachabilityFence(x);
        reachabilityFence(residual);
        reachabilityFence(y);
    }

    @Override
    public void backwardSums(Floats x, float mean, Floats dy, int from, int count, double[] sums) {
        for (int i = 0; i < count; i += BLOCK) {
            long at = 4L * (from + i);
            ChannelLoops.along(address(x) + at, mean, address(dy) + at, Math.min(BLOCK, count - i), sums);
        }
        reachabilityFence(x);
        reachabilityFence(dy);
    }

    @Override
    public void backwardSums(Floats x, float mean, float gain, float shift, Floats y, Floats dy, int from, int count, double[] sums) {
        for (int i = 0; i < count; i += BLOCK) {
            long at = 4L * (from + i);
            int n = Math.min(BLOCK, count - i);
            if (y == null) {
                ChannelLoops.alongScaled(address(x) + at, mean, gain, shift, address(dy) + at, n, sums);
            } else {
                ChannelLoops.alongPositive(address(x) + at, mean, address(y) + at, address(dy) + at, n, sums);
            }
        }
        reachabilityFence(x);
        reachabilityFence(y);
        reachabilityFence(dy);
    }

    @Override
    public void blend(float a, Floats dy, float b, Floats x, float c, Floats dx, int from, int count) {
        ChannelLoops.blend(a, address(dy) + 4L * from, b, address(x) + 4L * from, c, address(dx) + 4L * from, count);
        reachabilityFence(dy);
        reachabilityFence(x);
        reachabilityFence(dx);
    }

    @Override
    public void maxPool(Window window, Planes in, Planes out, Floats x, Floats y, int group, int channel) {
        if (!in.dealt()) {
            definition.maxPool(window, in, out, x, y, group, channel);
            return;
        }
        Pooled at = new Pooled(window, in, out, address(x), address(y), group, channel);
        at.forEach((from, to, rows, columns) -> {
            for (int lane = 0; lane < Planes.UNIT; lane += N) {
                FloatVector most = broadcast(F, rows * columns == 0 ? 0f : Float.NEGATIVE_INFINITY);
                for (int r = 0; r < rows; r++) {
                    for (int c = 0; c < columns; c++) {
                        most = most.max(fromMemorySegment(F, ALL, (from + at.step(r, c, lane)) & MASK, ORDER));
                    }
                }
                most.intoMemorySegment(ALL, (to + 4L * lane) & MASK, ORDER);
            }
        });
        reachabilityFence(x);
        reachabilityFence(y);
    }

    @Override
    public void maxPoolBackward(Window window, Planes in, Planes out, Floats x, Floats y, Floats dy, Floats dx, int group, int channel) {
        if (!in.dealt()) {
            definition.maxPoolBackward(window, in, out, x, y, dy, dx, group, channel);
            return;
        }
        Pooled at = new Pooled(window, in, out, address(x), address(y), group, channel);
        long toDx = address(dx) - address(x);
        long toDy = address(dy) - address(y);
        at.forEach((from, to, rows, columns) -> {
            for (int lane = 0; lane < Planes.UNIT; lane += N) {
                FloatVector most = fromMemorySegment(F, ALL, (to + 4L * lane) & MASK, ORDER);
                FloatVector left = fromMemorySegment(F, ALL, (to + toDy + 4L * lane) & MASK, ORDER); // what is not yet handed on
                for (int r = 0; r < rows; r++) {
                    for (int c = 0; c < columns; c++) {
                        long p = from + at.step(r, c, lane);
                        VectorMask<Float> here = fromMemorySegment(F, ALL, p & MASK, ORDER).compare(VectorOperators.EQ, most);
                        FloatVector d = fromMemorySegment(F, ALL, (p + toDx) & MASK, ORDER);
                        d.add(FloatVector.zero(F).blend(left, here)).intoMemorySegment(ALL, (p + toDx) & MASK, ORDER);
                        left = left.blend(0f, here);
                    }
                }
            }
        });
        reachabilityFence(x);
        reachabilityFence(y);
        reachabilityFence(dy);
        reachabilityFence(dx);
    }

    @Override
    public void meanPool(Window window, Planes in, Planes out, Floats x, Floats y, int group, int channel) {
        if (!in.dealt()) {
            definition.meanPool(window, in, out, x, y, group, channel);
            return;
        }
        Pooled at = new Pooled(window, in, out, address(x), address(y), group, channel);
        at.forEach((from, to, rows, columns) -> {
            for (int lane = 0; lane < Planes.UNIT; lane += N) {
                FloatVector sum = FloatVector.zero(F);
                for (int r = 0; r < rows; r++) {
                    for (int c = 0; c < columns; c++) {
                        sum = sum.add(fromMemorySegment(F, ALL, (from + at.step(r, c, lane)) & MASK, ORDER));
                    }
                }
                sum.div(Math.max(1, rows * columns)).intoMemorySegment(ALL, (to + 4L * lane) & MASK, ORDER);
            }
        });
        reachabilityFence(x);
        reachabilityFence(y);
    }

    @Override
    public void meanPoolBackward(Window window, Planes in, Planes out, Floats dy, Floats dx, int group, int channel) {
        if (!in.dealt()) {
            definition.meanPoolBackward(window, in, out, dy, dx, group, channel);
            return;
        }
        Pooled at = new Pooled(window, in, out, address(dx), address(dy), group, channel);
        at.forEach((from, to, rows, columns) -> {
            for (int lane = 0; lane < Planes.UNIT; lane += N) {
                FloatVector share = fromMemorySegment(F, ALL, (to + 4L * lane) & MASK, ORDER).div(Math.max(1, rows * columns));
                for (int r = 0; r < rows; r++) {
                    for (int c = 0; c < columns; c++) {
                        long p = (from + at.step(r, c, lane)) & MASK;
                        fromMemorySegment(F, ALL, p, ORDER).add(share).intoMemorySegment(ALL, p & MASK, ORDER);
                    }
                }
            }
        });
        reachabilityFence(dy);
        reachabilityFence(dx);
    }
}
