package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.filigree.kernel.Activation;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Activations of neighbouring floats, one small loop each: alone, with a residual added, and backwards. What is left of
 * a range goes through the same instructions under a mask, so that its bits do not depend on where the range was cut.
 */
final class Activations {

    private Activations() {
    }

    static void relu(long p, long q, int count) {
        int left = count;
        for (; left >= N; left -= N) {
            fromMemorySegment(F, ALL, p & MASK, ORDER).max(FloatVector.zero(F)).intoMemorySegment(ALL, q & MASK, ORDER);
            p += STEP;
            q += STEP;
        }
        if (left > 0) {
            rest(Activation.RELU, p, q, left);
        }
    }

    static void gelu(long p, long q, int count) {
        int left = count;
        for (; left >= N; left -= N) {
            Functions.gelu(fromMemorySegment(F, ALL, p & MASK, ORDER)).intoMemorySegment(ALL, q & MASK, ORDER);
            p += STEP;
            q += STEP;
        }
        if (left > 0) {
            rest(Activation.GELU, p, q, left);
        }
    }

    static void silu(long p, long q, int count) {
        int left = count;
        for (; left >= N; left -= N) {
            Functions.silu(fromMemorySegment(F, ALL, p & MASK, ORDER)).intoMemorySegment(ALL, q & MASK, ORDER);
            p += STEP;
            q += STEP;
        }
        if (left > 0) {
            rest(Activation.SILU, p, q, left);
        }
    }

    static void geluTanh(long p, long q, int count) {
        int left = count;
        for (; left >= N; left -= N) {
            Functions.geluTanh(fromMemorySegment(F, ALL, p & MASK, ORDER)).intoMemorySegment(ALL, q & MASK, ORDER);
            p += STEP;
            q += STEP;
        }
        if (left > 0) {
            rest(Activation.GELU_TANH, p, q, left);
        }
    }

    static void tanh(long p, long q, int count) {
        int left = count;
        for (; left >= N; left -= N) {
            Functions.tanh(fromMemorySegment(F, ALL, p & MASK, ORDER)).intoMemorySegment(ALL, q & MASK, ORDER);
            p += STEP;
            q += STEP;
        }
        if (left > 0) {
            rest(Activation.TANH, p, q, left);
        }
    }

    static void sigmoid(long p, long q, int count) {
        int left = count;
        for (; left >= N; left -= N) {
            Functions.sigmoid(fromMemorySegment(F, ALL, p & MASK, ORDER)).intoMemorySegment(ALL, q & MASK, ORDER);
            p += STEP;
            q += STEP;
        }
        if (left > 0) {
            rest(Activation.SIGMOID, p, q, left);
        }
    }

    private static void rest(Activation f, long p, long q, int left) {
        VectorMask<Float> m = F.indexInRange(0, left);
        FloatVector x = fromMemorySegment(F, ALL, p, ORDER, m);
        switch (f) {
            case RELU -> x.max(FloatVector.zero(F)).intoMemorySegment(ALL, q, ORDER, m);
            case GELU -> Functions.gelu(x).intoMemorySegment(ALL, q, ORDER, m);
            case SILU -> Functions.silu(x).intoMemorySegment(ALL, q, ORDER, m);
            case GELU_TANH -> Functions.geluTanh(x).intoMemorySegment(ALL, q, ORDER, m);
            case TANH -> Functions.tanh(x).intoMemorySegment(ALL, q, ORDER, m);
            case SIGMOID -> Functions.sigmoid(x).intoMemorySegment(ALL, q, ORDER, m);
        }
    }

    static void reluAdd(long p, long r, long q, int count) {
        int left = count;
        for (; left >= N; left -= N) {
            FloatVector y = fromMemorySegment(F, ALL, p & MASK, ORDER).max(FloatVector.zero(F));
            y.add(fromMemorySegment(F, ALL, r & MASK, ORDER)).intoMemorySegment(ALL, q & MASK, ORDER);
            p += STEP;
            r += STEP;
            q += STEP;
        }
        if (left > 0) {
            restAdd(Activation.RELU, p, r, q, left);
        }
    }

    static void geluAdd(long p, long r, long q, int count) {
        int left = count;
        for (; left >= N; left -= N) {
            FloatVector y = Functions.gelu(fromMemorySegment(F, ALL, p & MASK, ORDER));
            y.add(fromMemorySegment(F, ALL, r & MASK, ORDER)).intoMemorySegment(ALL, q & MASK, ORDER);
            p += STEP;
            r += STEP;
            q += STEP;
        }
        if (left > 0) {
            restAdd(Activation.GELU, p, r, q, left);
        }
    }

    static void siluAdd(long p, long r, long q, int count) {
        int left = count;
        for (; left >= N; left -= N) {
            FloatVector y = Functions.silu(fromMemorySegment(F, ALL, p & MASK, ORDER));
            y.add(fromMemorySegment(F, ALL, r & MASK, ORDER)).intoMemorySegment(ALL, q & MASK, ORDER);
            p += STEP;
            r += STEP;
            q += STEP;
        }
        if (left > 0) {
            restAdd(Activation.SILU, p, r, q, left);
        }
    }

    static void geluTanhAdd(long p, long r, long q, int count) {
        int left = count;
        for (; left >= N; left -= N) {
            FloatVector y = Functions.geluTanh(fromMemorySegment(F, ALL, p & MASK, ORDER));
            y.add(fromMemorySegment(F, ALL, r & MASK, ORDER)).intoMemorySegment(ALL, q & MASK, ORDER);
            p += STEP;
            r += STEP;
            q += STEP;
        }
        if (left > 0) {
            restAdd(Activation.GELU_TANH, p, r, q, left);
        }
    }

    static void tanhAdd(long p, long r, long q, int count) {
        int left = count;
        for (; left >= N; left -= N) {
            FloatVector y = Functions.tanh(fromMemorySegment(F, ALL, p & MASK, ORDER));
            y.add(fromMemorySegment(F, ALL, r & MASK, ORDER)).intoMemorySegment(ALL, q & MASK, ORDER);
            p += STEP;
            r += STEP;
            q += STEP;
        }
        if (left > 0) {
            restAdd(Activation.TANH, p, r, q, left);
        }
    }

    static void sigmoidAdd(long p, long r, long q, int count) {
        int left = count;
        for (; left >= N; left -= N) {
            FloatVector y = Functions.sigmoid(fromMemorySegment(F, ALL, p & MASK, ORDER));
            y.add(fromMemorySegment(F, ALL, r & MASK, ORDER)).intoMemorySegment(ALL, q & MASK, ORDER);
            p += STEP;
            r += STEP;
            q += STEP;
        }
        if (left > 0) {
            restAdd(Activation.SIGMOID, p, r, q, left);
        }
    }

    private static void restAdd(Activation f, long p, long r, long q, int left) {
        VectorMask<Float> m = F.indexInRange(0, left);
        FloatVector x = fromMemorySegment(F, ALL, p, ORDER, m);
        FloatVector add = fromMemorySegment(F, ALL, r, ORDER, m);
        switch (f) {
            case RELU -> x.max(FloatVector.zero(F)).add(add).intoMemorySegment(ALL, q, ORDER, m);
            case GELU -> Functions.gelu(x).add(add).intoMemorySegment(ALL, q, ORDER, m);
            case SILU -> Functions.silu(x).add(add).intoMemorySegment(ALL, q, ORDER, m);
            case GELU_TANH -> Functions.geluTanh(x).add(add).intoMemorySegment(ALL, q, ORDER, m);
            case TANH -> Functions.tanh(x).add(add).intoMemorySegment(ALL, q, ORDER, m);
            case SIGMOID -> Functions.sigmoid(x).add(add).intoMemorySegment(ALL, q, ORDER, m);
        }
    }

    static void reluBackward(long p, long q, long o, int count) {
        FloatVector zero = FloatVector.zero(F);
        int left = count;
        for (; left >= N; left -= N) {
            VectorMask<Float> live = fromMemorySegment(F, ALL, p & MASK, ORDER).compare(VectorOperators.GT, 0f);
            zero.blend(fromMemorySegment(F, ALL, q & MASK, ORDER), live).intoMemorySegment(ALL, o & MASK, ORDER);
            p += STEP;
            q += STEP;
            o += STEP;
        }
        if (left > 0) {
            restBackward(Activation.RELU, p, q, o, left);
        }
    }

    static void geluBackward(long p, long q, long o, int count) {
        int left = count;
        for (; left >= N; left -= N) {
            FloatVector slope = Functions.geluSlope(fromMemorySegment(F, ALL, p & MASK, ORDER));
            fromMemorySegment(F, ALL, q & MASK, ORDER).mul(slope).intoMemorySegment(ALL, o & MASK, ORDER);
            p += STEP;
            q += STEP;
            o += STEP;
        }
        if (left > 0) {
            restBackward(Activation.GELU, p, q, o, left);
        }
    }

    static void siluBackward(long p, long q, long o, int count) {
        int left = count;
        for (; left >= N; left -= N) {
            FloatVector slope = Functions.siluSlope(fromMemorySegment(F, ALL, p & MASK, ORDER));
            fromMemorySegment(F, ALL, q & MASK, ORDER).mul(slope).intoMemorySegment(ALL, o & MASK, ORDER);
            p += STEP;
            q += STEP;
            o += STEP;
        }
        if (left > 0) {
            restBackward(Activation.SILU, p, q, o, left);
        }
    }

    static void geluTanhBackward(long p, long q, long o, int count) {
        int left = count;
        for (; left >= N; left -= N) {
            FloatVector slope = Functions.geluTanhSlope(fromMemorySegment(F, ALL, p & MASK, ORDER));
            fromMemorySegment(F, ALL, q & MASK, ORDER).mul(slope).intoMemorySegment(ALL, o & MASK, ORDER);
            p += STEP;
            q += STEP;
            o += STEP;
        }
        if (left > 0) {
            restBackward(Activation.GELU_TANH, p, q, o, left);
        }
    }

    static void tanhBackward(long p, long q, long o, int count) {
        int left = count;
        for (; left >= N; left -= N) {
            FloatVector slope = Functions.tanhSlope(fromMemorySegment(F, ALL, p & MASK, ORDER));
            fromMemorySegment(F, ALL, q & MASK, ORDER).mul(slope).intoMemorySegment(ALL, o & MASK, ORDER);
            p += STEP;
            q += STEP;
            o += STEP;
        }
        if (left > 0) {
            restBackward(Activation.TANH, p, q, o, left);
        }
    }

    static void sigmoidBackward(long p, long q, long o, int count) {
        int left = count;
        for (; left >= N; left -= N) {
            FloatVector slope = Functions.sigmoidSlope(fromMemorySegment(F, ALL, p & MASK, ORDER));
            fromMemorySegment(F, ALL, q & MASK, ORDER).mul(slope).intoMemorySegment(ALL, o & MASK, ORDER);
            p += STEP;
            q += STEP;
            o += STEP;
        }
        if (left > 0) {
            restBackward(Activation.SIGMOID, p, q, o, left);
        }
    }

    private static void restBackward(Activation f, long p, long q, long o, int left) {
        VectorMask<Float> m = F.indexInRange(0, left);
        FloatVector x = fromMemorySegment(F, ALL, p, ORDER, m);
        FloatVector d = fromMemorySegment(F, ALL, q, ORDER, m);
        switch (f) {
            case RELU -> FloatVector.zero(F).blend(d, x.compare(VectorOperators.GT, 0f)).intoMemorySegment(ALL, o, ORDER, m);
            case GELU -> d.mul(Functions.geluSlope(x)).intoMemorySegment(ALL, o, ORDER, m);
            case SILU -> d.mul(Functions.siluSlope(x)).intoMemorySegment(ALL, o, ORDER, m);
            case GELU_TANH -> d.mul(Functions.geluTanhSlope(x)).intoMemorySegment(ALL, o, ORDER, m);
            case TANH -> d.mul(Functions.tanhSlope(x)).intoMemorySegment(ALL, o, ORDER, m);
            case SIGMOID -> d.mul(Functions.sigmoidSlope(x)).intoMemorySegment(ALL, o, ORDER, m);
        }
    }
}
