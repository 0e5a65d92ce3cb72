package dev.filigree.model;

import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.io.DecoderConfig;
import dev.filigree.io.data.GraphData;
import dev.filigree.io.data.TextData;
import dev.filigree.io.data.Vocabulary;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Kernels;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Samples;
import dev.filigree.ops.Value;
import dev.filigree.train.Batches;
import dev.filigree.train.GraphBatches;
import dev.filigree.train.StateReader;
import dev.filigree.train.StateWriter;
import dev.filigree.train.TextBatches;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Small networks of every kind, each with something that it can learn. */
public record Networks(String name, Supplier<Network> network, Function<Rng, Batches> batches) {

    private static final int TOKENS = 11;
    /** No multiple of a panel, so that steps are copies in some models; the others take 16. */
    private static final int ROWS = 5;

    public static List<Networks> all() {
        List<Networks> all = new ArrayList<>();
        for (Cell cell : Cell.values()) {
            all.add(new Networks(cell + " language", () -> new RecurrentLanguage(cell, TOKENS, 8, 12, 2), rng -> text(cell == Cell.LSTM ? 16 : ROWS, rng)));
        }
        all.add(new Networks("GRU classifier", () -> new RecurrentClassifier(Cell.GRU, 4, 9, 12, 1, 3), Images::new));
        all.add(new Networks("decoder", () -> new Decoder(new Decoder.Shape(TOKENS, 8, 16, 2, 2, 24, false, false, false)), rng -> text(ROWS, rng)));
        all.add(new Networks("gated tied decoder", () -> new Decoder(new Decoder.Shape(TOKENS, 8, 16, 2, 2, 24, true, true, true)), rng -> text(ROWS, rng)));
        all.add(new Networks("llama", () -> new Llama(new DecoderConfig(TOKENS, 8, 16, 24, 2, 4, 2, 1e-5f, 100, false, false)), rng -> text(ROWS, rng)));
        all.add(new Networks("tied llama with ReLU", () -> new Llama(new DecoderConfig(TOKENS, 8, 16, 24, 1, 2, 2, 1e-5f, 100, true, true).with(Activation.RELU)), rng -> text(ROWS, rng)));
        all.add(new Networks("gpt2", () -> new Gpt2(Gpt2.config(TOKENS, 8, 16, 24, 2, 4, false)), rng -> text(ROWS, rng)));
        all.add(new Networks("tied gpt2", () -> new Gpt2(Gpt2.config(TOKENS, 8, 16, 24, 1, 2, true)), rng -> text(ROWS, rng)));
        all.add(new Networks("vit", () -> new Vit(new Vit.Shape(1, 6, 6, 3, 16, 2, 2, 24, 3)), Images::new));
        for (IsoFlop.Kind kind : IsoFlop.Kind.values()) {
            all.add(new Networks("iso-flop " + kind, () -> new IsoFlop(List.of(36, 12, 10, 3), 0.6, kind, Activation.GELU), Images::new));
        }
        all.add(new Networks("vit with a token and dropout", () -> new Vit(new Vit.Shape(1, 6, 6, 3, 16, 2, 2, 24, 3, true, 0.1)), Images::new));
        all.add(new Networks("decoder with dropout", () -> new Decoder(new Decoder.Shape(TOKENS, 8, 16, 2, 2, 24, false, false, false, 0.1)), rng -> text(ROWS, rng)));
        all.add(new Networks("GRU language with dropout", () -> new RecurrentLanguage(Cell.GRU, TOKENS, 8, 12, 1, 0.1), rng -> text(ROWS, rng)));
        all.add(new Networks("GRU classifier with dropout", () -> new RecurrentClassifier(Cell.GRU, 4, 9, 12, 1, 3, 0.1), Images::new));
        all.add(new Networks("gcn", () -> new Gcn(List.of(20, 12, 3)), rng -> new GraphBatches(graph(), GraphData.Part.TRAIN)));
        all.add(new Networks("gin", () -> new Gin(20, 12, 2, 3), rng -> new GraphBatches(graph(), GraphData.Part.TRAIN)));
        return all;
    }

    @Override
    public String toString() {
        return name;
    }

    /** A text in which every token but a few follows from the one before. */
    private static Batches text(int rows, Rng rng) {
        Rng noise = new Rng(1);
        int[] ids = new int[2000];
        for (int i = 1; i < ids.length; i++) {
            ids[i] = noise.nextDouble() < 0.1 ? noise.nextInt(TOKENS) : (ids[i - 1] * 3 + 1) % TOKENS;
        }
        Vocabulary v = new Vocabulary(Vocabulary.Unit.WORDS, IntStream.range(0, TOKENS).mapToObj(i -> "t" + i).toList());
        return new TextBatches(new TextData(v, ids), rows, 8, rng);
    }

    /** Two neighbouring groups a class, with words of their own. */
    private static GraphData graph() {
        int nodes = 90;
        Rng rng = new Rng(2);
        List<int[]> ones = new ArrayList<>();
        int[] labels = new int[nodes];
        List<int[]> edges = new ArrayList<>();
        List<GraphData.Part> parts = new ArrayList<>();
        for (int i = 0; i < nodes; i++) {
            labels[i] = i % 3;
            ones.add(new int[] {labels[i] * 5 + rng.nextInt(5), 15 + rng.nextInt(5)});
            edges.add(new int[] {i, (i + 3 * (1 + rng.nextInt(9))) % nodes});
            parts.add(i < 45 ? GraphData.Part.TRAIN : GraphData.Part.TEST);
        }
        return new GraphData(20, ones, labels, 3, edges, parts);
    }

    /** Images of 36 pixels with one bright third. */
    private static final class Images implements Batches {

        private final Rng rng;

        Images(Rng rng) {
            this.rng = rng;
        }

        @Override
        public Batch next() {
            int size = 10;
            int width = Kernels.widthFor(size);
            Value x = new Value(Floats.allocate(Value.length(36, size, width)), 36, size, width);
            int[] labels = new int[size];
            for (int i = 0; i < size; i++) {
                labels[i] = rng.nextInt(3);
                for (int f = 0; f < 36; f++) {
                    x.data().set(x.at(i, f), (float) (0.5 * rng.nextGaussian() + (f / 12 == labels[i] ? 1 : 0)));
                }
            }
            return new Samples(x, labels);
        }

        @Override
        public int size() {
            return 10;
        }

        @Override
        public int count() {
            return 100;
        }

        @Override
        public long epoch() {
            return 0;
        }

        @Override
        public String fingerprint() {
            return "images";
        }

        @Override
        public void save(StateWriter out) {
            out.put("stream", rng.state());
        }

        @Override
        public void load(StateReader in) {
            rng.restore(in.integer("stream"));
        }
    }
}
