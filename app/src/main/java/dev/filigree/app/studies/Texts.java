package dev.filigree.app.studies;

import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.data.TextData;
import dev.filigree.io.data.Vocabulary;
import dev.filigree.kernel.Compute;
import dev.filigree.model.Decoder;
import dev.filigree.model.Model;
import dev.filigree.model.Network;
import dev.filigree.model.Role;
import dev.filigree.model.Site;
import dev.filigree.ops.Held;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Sampling;
import dev.filigree.tensor.Slots;
import dev.filigree.train.Adam;
import dev.filigree.train.Batches;
import dev.filigree.train.Birth;
import dev.filigree.train.Evaluation;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import dev.filigree.train.NextToken;
import dev.filigree.train.Rates;
import dev.filigree.train.Setup;
import dev.filigree.train.Supervised;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Small decoders on several texts that share one vocabulary: what is learned of one can be tuned for another.
 *
 * @param all texts in windows of the same length
 */
record Texts(Compute compute, List<NextToken> all, Decoder.Shape shape) {

    /** Windows of a batch. */
    static final int ROWS = 16;
    /** More characters than a few thousand of any of these texts have. */
    private static final int MOST = 96;
    /** Of a text that quality is judged on. */
    private static final int JUDGED = 60_000;

    /**
     * @param names of texts, known data sets
     * @param width features of a token; 4 heads, 2 layers
     */
    static Texts of(Lab lab, List<String> names, int width, int window) {
        List<NextToken> read = new ArrayList<>();
        for (String name : names) {
            if (!(lab.problem(name) instanceof NextToken text)) {
                throw new UserError("--data: found " + lab.problem(name).about() + ", expected a text");
            }
            read.add(text);
        }
        Map<String, Integer> counts = new HashMap<>();
        for (NextToken t : read) {
            for (int id : t.train().ids()) {
                counts.merge(t.train().vocabulary().tokens().get(id), 1, Integer::sum);
            }
        }
        List<String> tokens = new ArrayList<>(counts.keySet());
        tokens.remove(Vocabulary.UNKNOWN);
        tokens.sort((a, b) -> counts.get(a).equals(counts.get(b)) ? a.compareTo(b) : counts.get(b) - counts.get(a));
        List<String> kept = new ArrayList<>(tokens.subList(0, Math.min(tokens.size(), MOST)));
        kept.addFirst(Vocabulary.UNKNOWN);
        Vocabulary shared = new Vocabulary(Vocabulary.Unit.CHARACTERS, kept);
        List<NextToken> all = read.stream().map(t -> new NextToken(t.name(), in(shared, t.train(), Integer.MAX_VALUE), in(shared, t.test(), JUDGED), window)).toList();
        return new Texts(lab.compute(), all, Decoder.Shape.of(shared.size(), window, width, 2, 4));
    }

    private static TextData in(Vocabulary shared, TextData text, int most) {
        int[] id = text.vocabulary().tokens().stream().mapToInt(shared::id).toArray();
        return new TextData(shared, IntStream.of(text.ids()).limit(most).map(i -> id[i]).toArray());
    }

    /** A decoder without values. */
    Decoder decoder() {
        return new Decoder(shape);
    }

    /** A decoder that is born dense. */
    Network born(Rng rng) {
        return born(0, rng);
    }

    /** A decoder that is born with the same share of zeros in every weight but the output's, at random positions. */
    Network born(double sparsity, Rng rng) {
        Decoder net = decoder();
        Birth birth = new Birth(compute, net, rng);
        for (Site s : net.sites()) {
            if (sparsity == 0 || s.role() == Role.OUTPUT) {
                birth.dense(s);
            } else {
                int live = (int) Math.round((1 - sparsity) * s.positions());
                birth.sparse(s, Sampling.topology(s.rows(), s.cols(), live, rng.split("positions of " + s.name())), Layout.CSR);
            }
        }
        return net;
    }

    /** A decoder with the weights of another, which stay that one's when this is trained. */
    Network copy(Network from) {
        Decoder net = decoder();
        net.params().forEach(p -> p.set(from.param(p.name()).forward())); // the loop makes copies
        return net;
    }

    /** {@code base + sum (tuned - base)} of every parameter. */
    Network sum(Network base, List<Network> tuned) {
        Network net = copy(base);
        try (Loop owner = loop(net, all.getFirst(), 0, 1, List.of(), new Rng(0))) { // gives it memory of its own
            for (Held p : owner.model().params()) {
                var values = Slots.of(p.forward());
                var before = Slots.of(base.param(p.name()).forward());
                for (Network t : tuned) {
                    var after = Slots.of(t.param(p.name()).forward());
                    for (int i = 0; i < values.length(); i++) {
                        values.set(i, values.get(i) + after.get(i) - before.get(i));
                    }
                }
            }
        }
        return net;
    }

    /** A loop on one of the texts. */
    Loop loop(Model model, NextToken text, long steps, double rate, List<Hook> hooks, Rng rng) {
        Batches batches = text.training(ROWS, rng.split("order"));
        return new Loop(compute, model, new Setup(new Supervised(text.objective(0)), batches, new Adam(0.9, 0.99, 1e-8, 0), rate, new Rates.Linear(0.05), 1, steps, Layout.CSR, hooks,
                rng.split("training")));
    }

    /** Seconds of a step and what it holds, the median of some that leave no trace. */
    Loop.Rehearsal rehearsal(Model model, NextToken text, double seconds) {
        try (Loop loop = loop(model, text, 1, 1e-3, List.of(), new Rng(0))) {
            return loop.rehearse(seconds);
        }
    }

    /** Trains to the end. */
    <M extends Model> M train(M model, NextToken text, long steps, double rate, Rng rng) {
        try (Loop loop = loop(model, text, steps, rate, List.of(), rng)) {
            loop.run((step, all, loss, batch, seconds) -> { });
        }
        return model;
    }

    /** Nats for a character of what was held out of a text. */
    double loss(Model model, NextToken text) {
        return Evaluation.of(compute, model, text.objective(0), text.testing(ROWS)).loss();
    }
}
