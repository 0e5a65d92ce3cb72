package dev.filigree.app.kernels;

import dev.filigree.app.kernels.Contestant.Role;
import dev.filigree.app.kernels.Contestant.Turn;
import dev.filigree.app.peer.NativeLibrary;
import dev.filigree.base.Floats;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.kernel.Planes;
import dev.filigree.kernel.Taps;
import dev.filigree.kernel.Window;
import dev.filigree.tensor.Conv;
import dev.filigree.tensor.ConvWeight;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Topology;
import java.util.function.Consumer;

/**
 * One convolution of a network, with the border that keeps the size of the image: whose shape it is, what its operands
 * are, and who computes it. Images are dealt to lanes where there are enough of them.
 *
 * @param depthwise whether every channel stands by itself; outputs are inputs then
 * @param side      of the square images
 * @param window    side of the window
 */
record ConvolutionLayer(String model, int images, int outputs, int inputs, boolean depthwise, int side, int window, int stride) {

    Case asCase(Consumer<Entrants> enter) {
        String size = window + "x" + window + (stride > 1 ? " stride " + stride : "") + (depthwise ? " depthwise" : "") + " " + inputs + "@" + side;
        return new Case(model + " " + size + ", " + images + (images == 1 ? " image" : " images"), outputs, columns(), images * pixels(), enter);
    }

    /** Columns of the weight. */
    int columns() {
        return (depthwise ? 1 : inputs) * window * window;
    }

    private int border() {
        return (window - 1) / 2;
    }

    private int outSide() {
        return (side + 2 * border() - window) / stride + 1;
    }

    /** Pixels of one output of one image. */
    private int pixels() {
        return outSide() * outSide();
    }

    private double flops(double density) {
        return 2.0 * density * outputs * columns() * images * pixels();
    }

    private double bytes(double stored) {
        return stored + 4.0 * images * (inputs * side * side + outputs * pixels());
    }

    /** ONNX Runtime's operator of the dense weight. */
    void peer(Entrants e) {
        String operation = "conv\t" + images + "\t" + outputs + "\t" + inputs + "\t" + (depthwise ? inputs : 1) + "\t" + side + "\t" + window + "\t" + stride;
        e.peer(NativeLibrary.ONNX_RUNTIME, "ONNX Runtime Conv", Role.NATIVE, 0, operation, flops(1), bytes(4.0 * outputs * columns()),
                expected(Mask.unstructured(0)), Contestant.FLOAT_TOLERANCE);
    }

    /** Our kernels for the weight that is left at a sparsity, on every number of threads; 0 is the dense one. */
    void ours(Entrants e, double sparsity) {
        Mask mask = Mask.unstructured(sparsity);
        Planes in = images < Planes.UNIT ? Planes.of(images, inputs, side, side) : Planes.dealt(images, inputs, side, side);
        Window w = Window.square(window, stride);
        Taps taps = Taps.of(w, in, w.forward(in, outputs));
        Floats x = Floats.allocate(e.arena(), in.length());
        for (int i = 0; i < images * inputs * side * side; i++) {
            int plane = i / (side * side);
            int pixel = i % (side * side);
            x.set(in.at(plane / inputs, plane % inputs, pixel / side, pixel % side), Numbers.input(pixel, plane, images * inputs));
        }
        Floats y = Floats.allocate(e.arena(), taps.out().length());
        Topology live = live(mask);
        Floats values = Floats.allocate(e.arena(), live.count());
        for (int r = 0; r < outputs; r++) {
            for (int j = live.start().get(r); j < live.start().get(r + 1); j++) {
                values.set(j, Numbers.weight(r, live.column().get(j), columns()));
            }
        }
        String name = depthwise || sparsity == 0 ? "dense" : "csr " + Ratios.percent(sparsity);
        for (int threads : e.lab().threadCounts()) {
            e.add(new Contestant(name, Role.OURS, threads, sparsity, flops((double) live.count() / outputs / columns()),
                    bytes(sparsity == 0 ? 4.0 * live.count() : 8.0 * live.count()), expected(mask), Contestant.FLOAT_TOLERANCE,
                    turn(call(e.lab().compute(threads), e, sparsity, live, values, taps, x, y), taps.out(), y)));
        }
    }

    private Topology live(Mask mask) {
        Topology.Builder b = new Topology.Builder(outputs, columns(), 16);
        for (int r = 0; r < outputs; r++) {
            for (int c = 0; c < columns(); c++) {
                if (mask.live(r, c, columns())) {
                    b.add(r, c);
                }
            }
        }
        return b.build();
    }

    private Runnable call(Compute compute, Entrants e, double sparsity, Topology live, Floats values, Taps taps, Floats x, Floats y) {
        if (depthwise) {
            return () -> Conv.depthwise(compute, values, taps, null, Activation.NONE, x, y);
        }
        if (sparsity > 0) {
            ConvWeight w = ConvWeight.pack(e.arena(), "w", live, values, inputs, window, window);
            return () -> Conv.apply(compute, w, taps, null, Activation.NONE, x, y);
        }
        Tiled w = new Tiled(outputs, columns(), Floats.allocate(e.arena(), Tiled.tiles(outputs) * Kernels.TILE_ROWS * columns()));
        for (int i = 0; i < outputs * columns(); i++) {
            int r = i / columns();
            w.tiles().set((r / Kernels.TILE_ROWS * columns() + i % columns()) * Kernels.TILE_ROWS + r % Kernels.TILE_ROWS, values.get(i));
        }
        return () -> Conv.apply(compute, w, taps, null, Activation.NONE, x, y);
    }

    private Turn turn(Runnable call, Planes out, Floats y) {
        return new Turn() {
            @Override
            public double round(double seconds) {
                return Entrants.time(call, seconds);
            }

            @Override
            public float[] samples() {
                float[] found = new float[Numbers.SAMPLES];
                for (int i = 0; i < found.length; i++) {
                    int plane = Numbers.place(i, 0, images * outputs);
                    int pixel = Numbers.place(i, 1, pixels());
                    found[i] = y.get(out.at(plane / outputs, plane % outputs, pixel / outSide(), pixel % outSide()));
                }
                return found;
            }
        };
    }

    /** The sampled outputs by the definition, summed in double precision. */
    private double[] expected(Mask mask) {
        double[] expected = new double[Numbers.SAMPLES];
        for (int i = 0; i < expected.length; i++) {
            int plane = Numbers.place(i, 0, images * outputs);
            int pixel = Numbers.place(i, 1, pixels());
            int r = plane % outputs;
            for (int c = 0; c < columns(); c++) {
                int channel = depthwise ? r : c / (window * window);
                int y = pixel / outSide() * stride + c / window % window - border();
                int x = pixel % outSide() * stride + c % window - border();
                if (mask.live(r, c, columns()) && y >= 0 && y < side && x >= 0 && x < side) {
                    expected[i] += (double) Numbers.weight(r, c, columns()) * Numbers.input(y * side + x, plane / outputs * inputs + channel, images * inputs);
                }
            }
        }
        return expected;
    }
}
