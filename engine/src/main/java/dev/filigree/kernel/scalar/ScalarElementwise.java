package dev.filigree.kernel.scalar;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Elementwise;

final class ScalarElementwise implements Elementwise {

    private static final double SQRT_HALF = Math.sqrt(0.5);
    private static final double SQRT_TWO_OVER_PI = Math.sqrt(2 / Math.PI);
    private static final double CUBE = 0.044715;
    private static final double INV_SQRT_TWO_PI = 1 / Math.sqrt(2 * Math.PI);

    @Override
    public void activate(Activation f, Floats x, Floats y, int from, int to) {
        for (int i = from; i < to; i++) {
            y.set(i, value(f, x.get(i)));
        }
    }

    @Override
    public void activateAdd(Activation f, Floats x, Floats r, Floats y, int from, int to) {
        for (int i = from; i < to; i++) {
            y.set(i, value(f, x.get(i)) + r.get(i));
        }
    }

    private static float value(Activation f, float v) {
        return switch (f) {
            case NONE -> v;
            case RELU -> Math.max(0f, v);
            case GELU -> (float) (0.5 * v * (1 + erf(v * SQRT_HALF)));
            case SILU -> (float) (v * sigmoid(v));
            case GELU_TANH -> (float) (v * sigmoid(2 * inner(v)));
            case TANH -> (float) Math.tanh(v);
            case SIGMOID -> (float) sigmoid(v);
        };
    }

    @Override
    public void activateBackward(Activation f, Floats x, Floats dy, Floats dx, int from, int to) {
        for (int i = from; i < to; i++) {
            double v = x.get(i);
            double slope = switch (f) {
                case NONE -> 1;
                case RELU -> v > 0 ? 1 : 0;
                case GELU -> 0.5 * (1 + erf(v * SQRT_HALF)) + v * INV_SQRT_TWO_PI * Math.exp(-0.5 * v * v);
                case SILU -> sigmoid(v) * (1 + v * sigmoid(-v));
                case GELU_TANH -> {
                    double s = sigmoid(2 * inner(v));
                    yield s + v * s * sigmoid(-2 * inner(v)) * 2 * SQRT_TWO_OVER_PI * (1 + 3 * CUBE * v * v);
                }
                case TANH -> 1 - Math.tanh(v) * Math.tanh(v);
                case SIGMOID -> sigmoid(v) * sigmoid(-v);
            };
            dx.set(i, (float) (dy.get(i) * slope));
        }
    }

    @Override
    public void add(Floats a, Floats b, Floats y, int from, int to) {
        for (int i = from; i < to; i++) {
            y.set(i, a.get(i) + b.get(i));
        }
    }

    @Override
    public void multiply(Floats a, Floats b, Floats y, int from, int to) {
        for (int i = from; i < to; i++) {
            y.set(i, a.get(i) * b.get(i));
        }
    }

    @Override
    public void gather(Floats x, Ints from, int unit, Floats y, int begin, int end) {
        for (int j = begin; j < end; j++) {
            for (int i = 0; i < unit; i++) {
                y.set(j * unit + i, x.get(from.get(j) * unit + i));
            }
        }
    }

    @Override
    public void axpy(float scale, Floats x, Floats y, int from, int to) {
        for (int i = from; i < to; i++) {
            y.set(i, y.get(i) + scale * x.get(i));
        }
    }

    @Override
    public double dot(Floats x, Floats y, int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += (double) x.get(i) * y.get(i);
        }
        return sum;
    }

    /** Of {@code tanh} in GELU_TANH: {@code (1 + tanh u) / 2} is the sigmoid of 2u. */
    private static double inner(double x) {
        return SQRT_TWO_OVER_PI * (x + CUBE * x * x * x);
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    /**
     * The error function to double precision: its Maclaurin series near zero, the continued fraction of its complement
     * elsewhere (Abramowitz and Stegun 7.1.6 and 7.1.14).
     */
    static double erf(double x) {
        double a = Math.abs(x);
        if (a > 6) {
            return Math.signum(x);
        }
        if (a < 2.5) {
            double term = x;
            double sum = x;
            for (int n = 1; n < 100 && Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
                term *= 2 * x * x / (2 * n + 1);
                sum += term;
            }
            return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
        }
        double fraction = a;
        for (int n = 60; n >= 1; n--) {
            fraction = a + n / 2.0 / fraction;
        }
        return Math.signum(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / fraction);
    }
}
