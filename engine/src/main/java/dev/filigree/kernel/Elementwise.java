package dev.filigree.kernel;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;

/** Loops that treat every element alike; ranges are in elements. */
public interface Elementwise {

    /** {@code y = f(x)}; y may be x. Vector code is within 2e-6 of the definition, or of its size where that is above one. */
    void activate(Activation f, Floats x, Floats y, int from, int to);

    /** {@code y = f(x) + r} in one pass, f as in {@link #activate}; y may be x or r. The gradient of r is that of y. */
    void activateAdd(Activation f, Floats x, Floats r, Floats y, int from, int to);

    /** {@code dx = dy * f'(x)}; dx may be dy. {@code x} is the input of f. Vector code finds f' within 3e-6. */
    void activateBackward(Activation f, Floats x, Floats dy, Floats dx, int from, int to);

    /** {@code y = a + b}; y may be either. */
    void add(Floats a, Floats b, Floats y, int from, int to);

    /** {@code y = a * b}; y may be either. */
    void multiply(Floats a, Floats b, Floats y, int from, int to);

    /**
     * {@code y[unit j + i] = x[unit from[j] + i]} for j in {@code begin .. end} and i below {@code unit}.
     *
     * @param from inside x, checked when it was made and not again
     */
    void gather(Floats x, Ints from, int unit, Floats y, int begin, int end);

    /** {@code y += scale * x}. */
    void axpy(float scale, Floats x, Floats y, int from, int to);

    /** {@code sum x*y}, in a fixed order of additions. */
    double dot(Floats x, Floats y, int from, int to);
}
