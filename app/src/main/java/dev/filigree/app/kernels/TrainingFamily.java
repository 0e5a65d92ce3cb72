package dev.filigree.app.kernels;

import dev.filigree.app.kernels.Contestant.Role;
import dev.filigree.app.kernels.Contestant.Turn;
import dev.filigree.app.peer.NativeLibrary;
import dev.filigree.base.Floats;
import dev.filigree.grad.Gradients;
import dev.filigree.grad.Tape;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.ops.Held;
import dev.filigree.ops.Value;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Slots;
import dev.filigree.tensor.Weight;
import dev.filigree.train.Sgd;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A training step of one unstructured weight, as the engine takes it: forward, the gradient at the input, the gradient of
 * the live weights, and the update; against the three dense products of the native step, which updates
 * nothing, and beside libtorch's whole dense step. Then the whole step of three such layers, dense and sparse, by the loop
 * that {@code train} runs, beside libtorch's of the same network.
 */
final class TrainingFamily implements Family {

    private static final int SIDE = 1024;
    private static final int TOKENS = 128;
    private static final String NETWORK = "three layers";
    /** Over libtorch's whole dense step, by sparsity. */
    private static final Map<Double, Double> STEP_AIMS = new TreeMap<>(Map.of(0.0, 0.9, 0.9, 4.5, 0.95, 8.0, 0.98, 15.0));
    private static final Map<Double, Double> AIMS = new TreeMap<>(Map.of(0.9, 5.0, 0.95, 9.0, 0.98, 16.0));

    @Override
    public String name() {
        return "training";
    }

    @Override
    public String title() {
        return "Training step";
    }

    @Override
    public List<Case> cases(boolean quick) {
        return List.of(new Case("layer", SIDE, SIDE, TOKENS, TrainingFamily::enter), new Case(NETWORK, SIDE, SIDE, TOKENS, TrainingFamily::enterNetwork));
    }

    @Override
    public List<Figure> figures(List<CaseResult> results, List<Integer> threadCounts) {
        List<Figure> all = new ArrayList<>();
        for (int threads : threadCounts) {
            AIMS.forEach((sparsity, aim) -> all.add(Figure.atLeast(name(), Ratios.percent(sparsity) + " over three native dense products", threads,
                    Figure.Unit.RATIO, aim, Ratios.overDense(results, threads, Ratios.at(sparsity)))));
            List<CaseResult> networks = results.stream().filter(r -> r.shape().startsWith(NETWORK)).toList();
            STEP_AIMS.forEach((sparsity, aim) -> all.add(Figure.atLeast(name(), "whole step, " + (sparsity == 0 ? "dense" : Ratios.percent(sparsity)) + ", over libtorch's dense",
                    threads, Figure.Unit.RATIO, aim, Ratios.overStep(networks, threads, Ratios.at(sparsity)))));
        }
        return all;
    }

    private static void enter(Entrants e) {
        double flops = 3 * 2.0 * SIDE * SIDE * TOKENS;
        double activations = 4.0 * 4 * SIDE * TOKENS;
        double[] expected = expected(Mask.unstructured(0), places(SIDE, SIDE));
        for (NativeLibrary library : List.of(NativeLibrary.MKL, NativeLibrary.OPENBLAS)) {
            for (String layout : List.of("features", "tokens")) {
                String operation = "train\t" + layout + "\t" + SIDE + "\t" + SIDE + "\t" + TOKENS;
                e.peer(library, library.label() + " three sgemm, " + layout, Role.NATIVE, 0, operation, flops,
                        2 * 4.0 * SIDE * SIDE + activations, expected, Contestant.FLOAT_TOLERANCE);
            }
        }
        e.peer(NativeLibrary.LIBTORCH, "libtorch step, dense", Role.NATIVE_STEP, 0, "train\t" + SIDE + "\t" + SIDE + "\t" + TOKENS, flops,
                2 * 4.0 * SIDE * SIDE + activations, expected, Contestant.FLOAT_TOLERANCE);
        for (double sparsity : AIMS.keySet()) {
            Mask mask = Mask.unstructured(sparsity);
            for (int threads : e.lab().threadCounts()) {
                Weight w = mask.weight(e.arena(), SIDE, SIDE, Layout.CSR);
                Step step = new Step(e.lab().compute(threads), w);
                e.add(new Contestant("csr " + Ratios.percent(sparsity), Role.OURS, threads, sparsity, 3 * 2.0 * w.nonZeros() * TOKENS,
                        3.0 * w.bytes() + activations, expected(mask, step.places()), Contestant.FLOAT_TOLERANCE, step));
            }
        }
    }

    /** The engine's own step; its buffers go with the garbage collector. */
    private static final class Step implements Turn {

        private final Compute compute;
        private final Held weight;
        private final Gradients gradients;
        private final Tape tape;
        private final Sgd sgd = new Sgd(0, false, 0);
        private final Value x;
        private final Floats dy;

        Step(Compute compute, Weight w) {
            this.compute = compute;
            this.weight = new Held("weight", w);
            this.gradients = new Gradients(List.of(weight));
            this.tape = new Tape(compute, gradients);
            this.x = panels(Numbers.INPUT);
            this.dy = panels(Numbers.GRADIENT).data();
        }

        private Value run() {
            gradients.clear(compute);
            tape.watch(x);
            Value y = tape.linear(weight, null, Activation.NONE, x);
            tape.seed(y, dy);
            tape.backward();
            sgd.update(compute, gradients, 1, 0); // a rate of 0 costs what any other does, and the outputs stay comparable
            return y;
        }

        @Override
        public double round(double seconds) {
            return Entrants.time(() -> {
                run();
                tape.reset();
            }, seconds);
        }

        @Override
        public float[] samples() {
            Value y = run();
            float[] all = new float[3 * Numbers.SAMPLES];
            System.arraycopy(Entrants.sampled(y), 0, all, 0, Numbers.SAMPLES);
            System.arraycopy(Entrants.sampled(tape.gradient(x)), 0, all, Numbers.SAMPLES, Numbers.SAMPLES);
            for (int i = 0; i < Numbers.SAMPLES; i++) {
                all[2 * Numbers.SAMPLES + i] = gradients.of(weight).get(slot(i));
            }
            tape.reset();
            return all;
        }

        /** Rows and columns of the sampled gradients: only live positions have any. */
        int[][] places() {
            int[][] places = new int[Numbers.SAMPLES][];
            weight.forward().forEach((r, c, slot, v) -> {
                for (int i = 0; i < places.length; i++) {
                    places[i] = slot == slot(i) ? new int[] {r, c} : places[i];
                }
            });
            return places;
        }

        private int slot(int sample) {
            return Numbers.place(sample, 0, Slots.of(weight.forward()).length());
        }

        private static Value panels(int stream) {
            int width = Kernels.widthFor(TOKENS);
            Value v = new Value(Floats.allocate(Value.length(SIDE, TOKENS, width)), SIDE, TOKENS, width);
            for (int t = 0; t < TOKENS; t++) {
                for (int f = 0; f < SIDE; f++) {
                    v.data().set(v.at(t, f), stream == Numbers.INPUT ? Numbers.input(t, f, SIDE) : Numbers.gradient(t, f, SIDE));
                }
            }
            return v;
        }
    }

    private static void enterNetwork(Entrants e) {
        int products = 3 * NetworkStep.LAYERS - 1; // nobody asks for the gradient at the input
        double activations = 4.0 * 4 * NetworkStep.LAYERS * SIDE * TOKENS;
        e.peer(NativeLibrary.LIBTORCH, "libtorch step, dense", Role.NATIVE_STEP, 0, "mlp\t" + SIDE + "\t" + TOKENS, products * 2.0 * SIDE * SIDE * TOKENS,
                NetworkStep.LAYERS * 5 * 4.0 * SIDE * SIDE + activations, NetworkStep.expected(SIDE, TOKENS, Mask.unstructured(0), places(SIDE, SIDE)), NetworkStep.TOLERANCE);
        for (double sparsity : STEP_AIMS.keySet()) {
            Mask mask = Mask.unstructured(sparsity);
            double[] expected = null;
            for (int threads : e.lab().threadCounts()) {
                NetworkStep step = new NetworkStep(e.lab().compute(threads), SIDE, TOKENS, mask, sparsity == 0 ? Layout.TILED : Layout.CSR);
                expected = expected == null ? NetworkStep.expected(SIDE, TOKENS, mask, step.places()) : expected;
                e.add(new Contestant(sparsity == 0 ? "step, dense" : "step, csr " + Ratios.percent(sparsity), Role.OURS, threads, sparsity,
                        products / (double) NetworkStep.LAYERS * 2.0 * step.live() * TOKENS, 5.0 * step.bytes() + activations, expected, NetworkStep.TOLERANCE, step));
            }
        }
    }

    private static int[][] places(int rows, int cols) {
        int[][] places = new int[Numbers.SAMPLES][];
        for (int i = 0; i < places.length; i++) {
            places[i] = new int[] {Numbers.place(i, 0, rows), Numbers.place(i, 1, cols)};
        }
        return places;
    }

    /** y, dx, and dw at {@code places}, by the definition. */
    private static double[] expected(Mask mask, int[][] places) {
        double[] all = new double[3 * Numbers.SAMPLES];
        System.arraycopy(mask.product(SIDE, SIDE, TOKENS), 0, all, 0, Numbers.SAMPLES);
        for (int i = 0; i < Numbers.SAMPLES; i++) {
            int c = Numbers.place(i, 0, SIDE);
            int t = Numbers.place(i, 1, TOKENS);
            for (int r = 0; r < SIDE; r++) {
                all[Numbers.SAMPLES + i] += mask.live(r, c, SIDE) ? (double) Numbers.weight(r, c, SIDE) * Numbers.gradient(t, r, SIDE) : 0;
            }
            for (int token = 0; token < TOKENS; token++) {
                all[2 * Numbers.SAMPLES + i] += (double) Numbers.gradient(token, places[i][0], SIDE) * Numbers.input(token, places[i][1], SIDE);
            }
        }
        return all;
    }
}
