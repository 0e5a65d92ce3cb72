package dev.filigree.app.studies;

import dev.filigree.Parts;
import dev.filigree.app.report.LinePlot;
import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.data.Examples;
import dev.filigree.model.Network;
import dev.filigree.model.Site;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Form;
import dev.filigree.ops.Held;
import dev.filigree.ops.Value;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import dev.filigree.tensor.Slots;
import dev.filigree.tensor.Topology;
import dev.filigree.train.Classification;
import dev.filigree.train.ExampleBatches;
import dev.filigree.train.Taught;
import dev.filigree.train.loss.Divergence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.stream.IntStream;

/** Sarnthein et al. 2023: a network that learns to be like a random one learns something about the data. */
final class RandomTeachers implements Study {

    private static final String MODEL = "vgg(stages=8.16.32)";
    private static final int OUTPUTS = 256; // of teacher and student
    private static final int PANEL = 500; // examples looked at together
    private static final double ZEROS = 0.9;
    private static final double LOST = 0.01; // by a ticket
    private static final List<Double> DISTANCES = List.of(1.0, 0.3, 0.1);
    private static final double NEAR = 0.1;

    /** Share of neighbours' classes that are right; for tickets accuracy sparse and dense. */
    private record Outcome(double right, double dense) {
    }

    @Override
    public Claim claim() {
        return new Claim("random-teachers", "Sarnthein et al. 2023, Random Teachers are Good Teachers, arXiv:2302.12091",
                "A student that learns what a random network that never changes says about images, without a label, ends with better features than that network, the more so the nearer it begins; its weights hold tickets where first values do not.",
                "Three convolutions with batch normalisation, 256 outputs; students begin at (1 - a) teacher + a fresh values, scaled to keep their variance; features are judged by their 5 nearest neighbours; tickets are cut at once after training by labels and put back to the student, or to the first values.",
                "epochs of students, and of training by labels",
                "features no better than the teacher's, nearer students no better than far ones, tickets at the student a point below dense, or no better than tickets at first values", 12);
    }

    @Override
    public Findings run(Lab lab) {
        if (!(lab.problem() instanceof Classification all)) {
            throw new UserError("study random-teachers: found " + lab.problem().about() + ", expected labelled images; choose another --data");
        }
        Classification data = new Classification(Relabelled.of(all.data(), (int) lab.choose(500, 10_000), 0, new Rng(0)));
        Course far = new Course(lab.compute(), data, 128, "adam(b2=0.999)", 0.002, "cosine", Double.MAX_VALUE);
        Map<String, Network> students = new HashMap<>();
        LongFunction<Network> teacher = seed -> far.born(network(far, OUTPUTS), new Rng(seed).split("teacher"));
        Map<String, LongFunction<Outcome>> rivals = new LinkedHashMap<>();
        rivals.put("teacher", seed -> new Outcome(neighbours(lab, data, teacher.apply(seed)), Double.NaN));
        for (double a : DISTANCES) {
            rivals.put(name(a), seed -> {
                Network student = distilled(far, teacher.apply(seed), a, lab.choose(1, 4), seed);
                students.put(a + " " + seed, student);
                return new Outcome(neighbours(lab, data, student), Double.NaN);
            });
        }
        rivals.put("ticket at the student", seed -> ticket(lab, data, students.get(1.0 + " " + seed), seed));
        rivals.put("ticket at first values", seed -> ticket(lab, data, teacher.apply(seed), seed));
        Map<String, List<Outcome>> found = lab.each(rivals, o -> String.format(Locale.ROOT, "%.2f %% right", 100 * o.right));
        Table features = new Table("Features, judged by 5 nearest neighbours, and networks trained by labels with 10 % of the weights",
                Column.text("rival"), Column.percent("right", 2), Column.percent("deviation", 2), Column.percent("dense from the same values", 2));
        found.forEach((name, o) -> features.row(name, right(o).mean(), right(o).spread(), o.getFirst().dense > 0 ? Numbers.of(o, Outcome::dense).mean() : null));
        List<Outcome> tickets = found.get("ticket at the student");
        List<LinePlot.Point> points = new ArrayList<>();
        DISTANCES.reversed().forEach(a -> points.add(new LinePlot.Point(a, right(found.get(name(a))).mean())));
        return new Findings(List.of(features), List.of(new LinePlot("Features of students", "distance a of the first values from the teacher's", "share right", List.of(new LinePlot.Series("student", points)),
                List.of(new LinePlot.Level("teacher", right(found.get("teacher")).mean())))), List.of(
                        Verdict.above("a student's features beat the teacher's (from fresh values)", 0, right(found.get(name(1))).minus(right(found.get("teacher")))),
                        Verdict.above("a near student beats one from fresh values", 0, right(found.get(name(NEAR))).minus(right(found.get(name(1))))),
                        Verdict.above("a ticket at the student is within a point of dense", -LOST, right(tickets).minus(Numbers.of(tickets, Outcome::dense))),
                        Verdict.above("a ticket at the student beats one at first values", 0, right(tickets).minus(right(found.get("ticket at first values"))))));
    }

    private static String name(double a) {
        return String.format(Locale.ROOT, "student, a = %.1f", a);
    }

    private static Numbers right(List<Outcome> all) {
        return Numbers.of(all, Outcome::right);
    }

    private static Network network(Course course, int outputs) {
        return Parts.NETWORKS.make(MODEL).build(course.problem().input(), outputs);
    }

    /** {@code ((1 - a) teacher + a fresh) / sqrt((1 - a)^2 + a^2)}, trained to say what the teacher says. */
    private static Network distilled(Course course, Network teacher, double a, double epochs, long seed) {
        Rng rng = new Rng(seed).split("student");
        Network student = course.born(network(course, OUTPUTS), rng.split("birth"));
        double scale = 1 / Math.sqrt((1 - a) * (1 - a) + a * a);
        for (Site s : student.sites()) {
            Floats values = Slots.of(student.param(s).forward());
            Floats wanted = Slots.of(teacher.param(s).forward());
            for (int i = 0; i < values.length(); i++) {
                values.set(i, (float) (scale * ((1 - a) * wanted.get(i) + a * values.get(i))));
            }
        }
        try (Taught step = new Taught(course.compute(), teacher, course.problem().objective(0), new Divergence(1), 1)) {
            course.train(student, step, course.steps(epochs), List.of(), rng);
        }
        return student;
    }

    /** How often most of the nearest of the examples learned from have the class of one that was held out. */
    private static double neighbours(Lab lab, Classification data, Network network) {
        int among = Math.min((int) lab.choose(300, 4000), data.data().train().count());
        int asked = Math.min((int) lab.choose(300, 2000), data.data().test().count());
        NearestNeighbours judge = new NearestNeighbours(features(lab, network, data.data().train(), among), labels(data.data().train(), among), data.outputs());
        float[][] rows = features(lab, network, data.data().test(), asked);
        return judge.right(lab.compute(), rows, labels(data.data().test(), asked), IntStream.range(0, rows[0].length).toArray());
    }

    private static int[] labels(Examples all, int count) {
        return IntStream.range(0, count).map(all::label).toArray();
    }

    /** What the last block gives, the mean over pixels, scaled to length 1. */
    private static float[][] features(Lab lab, Network network, Examples examples, int count) {
        float[][] rows = new float[count][];
        try (Eager eager = new Eager(lab.compute())) {
            for (int from = 0; from < count; from += PANEL) {
                int to = Math.min(count, from + PANEL);
                Batch batch = ExampleBatches.range(examples, from, to, Form.PLANES);
                Value x = network.enter(eager, batch);
                for (int i = 0; i < network.blocks(); i++) {
                    x = network.block(eager, i, x, batch);
                }
                Value unit = eager.normalize(eager.globalMean(x));
                for (int i = from; i < to; i++) {
                    rows[i] = unit.token(i - from);
                }
                eager.releaseAll();
            }
        }
        return rows;
    }

    /** Trains by labels from a network's features, cuts, puts back and trains again. */
    private static Outcome ticket(Lab lab, Classification data, Network first, long seed) {
        Course course = Course.sgd(lab.compute(), data, 0.05);
        Rng rng = new Rng(seed).split("ticket");
        double epochs = lab.choose(1, 4);
        Network dense = begun(course, first, rng);
        course.train(dense, epochs, List.of(), rng);
        List<Site> convolutions = dense.sites().stream().filter(s -> s.role().convolution()).toList();
        Map<Site, Topology> live = Cuts.largest(dense, convolutions, ZEROS);
        Network sparse = Cuts.keep(begun(course, first, rng), live);
        course.train(sparse, epochs, List.of(), rng);
        return new Outcome(course.score(sparse).right(), course.score(dense).right());
    }

    /** A network for the classes that begins with the features of another. */
    private static Network begun(Course course, Network features, Rng rng) {
        Network n = course.born(network(course, course.problem().outputs()), rng.split("head"));
        for (Held p : n.params()) {
            if (!p.name().startsWith("output.")) {
                p.set(features.param(p.name()).forward());
            }
        }
        return n;
    }
}
