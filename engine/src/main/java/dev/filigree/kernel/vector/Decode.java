package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.INDEX;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.SPAN;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.getInt;
import static dev.filigree.kernel.vector.Lanes.getLong;
import static dev.filigree.kernel.vector.Lanes.setInt;
import static dev.filigree.kernel.vector.Lanes.setLong;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.filigree.kernel.Coded;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Turns a part of a coded weight back into floats, small enough to stay in the nearer caches: with many tokens, arithmetic
 * and not bytes is what a product takes, and the loops over floats serve.
 */
final class Decode {

    private Decode() {
    }

    /**
     * {@code count} times sixteen values, at one place of units that are {@code unitStep} bytes apart.
     *
     * @param place  0 for the lowest bits of a word
     * @param scales sixteen factors for all of them, or 0 for none
     * @param out    {@code [count] [16]}, sixteen values {@code outStep} bytes apart
     */
    static void values(Coded.Type type, int place, int count, long units, long unitStep, long scales, long out, long outStep) {
        for (int part = 0; part < 64; part += (int) STEP) {
            FloatVector factor = scales == 0 ? FloatVector.broadcast(F, 1f) : fromMemorySegment(F, ALL, (scales + part) & MASK, ORDER);
            switch (type) {
                case F32 -> floats(count, units + part, unitStep, factor, out + part, outStep);
                case BF16 -> halves(count, 16 - 16 * place, units + part, unitStep, factor, out + part, outStep);
                case INT8 -> bytes(count, place, units + part, unitStep, factor, out + part, outStep);
            }
        }
    }

    private static void floats(int count, long from, long step, FloatVector factor, long out, long outStep) {
        for (int i = 0; i < count; i++) {
            fromMemorySegment(F, ALL, (from + i * step) & MASK, ORDER).mul(factor).intoMemorySegment(ALL, (out + i * outStep) & MASK, ORDER);
        }
    }

    private static void halves(int count, int up, long from, long step, FloatVector factor, long out, long outStep) {
        for (int i = 0; i < count; i++) {
            IntVector w = fromMemorySegment(F, ALL, (from + i * step) & MASK, ORDER).reinterpretAsInts();
            w.lanewise(VectorOperators.LSHL, up).and(0xFFFF_0000).reinterpretAsFloats().mul(factor).intoMemorySegment(ALL, (out + i * outStep) & MASK, ORDER);
        }
    }

    private static void bytes(int count, int place, long from, long step, FloatVector factor, long out, long outStep) {
        int half = place == 0 ? 0 : 1 << 8 * place - 1; // of this code's one: what lies below is less, either way
        int up = 24 - 8 * place;
        for (int i = 0; i < count; i++) {
            IntVector w = fromMemorySegment(F, ALL, (from + i * step) & MASK, ORDER).reinterpretAsInts();
            FloatVector v = (FloatVector) w.add(half).lanewise(VectorOperators.LSHL, up).lanewise(VectorOperators.ASHR, 24).convert(VectorOperators.I2F, 0);
            v.mul(factor).intoMemorySegment(ALL, (out + i * outStep) & MASK, ORDER);
        }
    }

    /** {@code count} runs of {@code floats} (1, 2, 4 or 8) that lie end to end go to places {@code step} bytes apart. */
    static void weave(int count, int floats, long from, long to, long step) {
        long f = from & MASK;
        long t = to & MASK;
        if (floats == 1) {
            for (int i = 0; i < count; i++) {
                setInt(t + (i * step & SPAN), getInt(f + 4 * (i & INDEX)));
            }
            return;
        }
        for (int half = 0; half < floats / 2; half++) {
            for (int i = 0; i < count; i++) {
                setLong(t + 8 * (half & INDEX) + (i * step & SPAN), getLong(f + 8 * (half & INDEX) + 4 * (i * floats & INDEX)));
            }
        }
    }
}
