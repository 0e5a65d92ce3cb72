package dev.filigree.train;

import dev.filigree.ops.Batch;
import dev.filigree.train.loss.Objective;
import dev.filigree.train.loss.Reliability;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** Looks at quality after every epoch and at the end, which changes no bit of the run. What was seen is a part of the run's state. */
public final class Curve implements Hook {

    private final Objective objective;
    private final List<Batch> testing;
    private final Consumer<Point> told;
    private final List<Point> points = new ArrayList<>();
    private double trainLoss;
    private long trainSteps;

    /**
     * What was seen.
     *
     * @param step      steps done
     * @param epoch     the same in epochs
     * @param trainLoss mean over the steps since the point before
     * @param loss      on what is not trained on
     * @param right     share predicted right there; NaN where that makes no sense
     * @param calibrationError expected difference between how sure it is and how often it is right, see {@link Reliability}; NaN where that makes no sense
     * @param live      live positions of the weights that may be sparse
     */
    public record Point(long step, double epoch, double trainLoss, double loss, double right, double calibrationError, long live) {
    }

    /** @param told is told every point as it is seen */
    public Curve(Objective objective, List<Batch> testing, Consumer<Point> told) {
        this.objective = objective;
        this.testing = testing;
        this.told = told;
    }

    /** Everything seen so far. */
    public List<Point> points() {
        return List.copyOf(points);
    }

    @Override
    public void afterStep(Loop loop, long step) {
        trainLoss += loop.loss().total();
        trainSteps++;
        if ((step + 1) % loop.stepsPerEpoch() == 0 || step + 1 == loop.steps()) {
            Objective.Score s = Evaluation.of(loop.compute(), loop.model(), objective, testing);
            Point p = new Point(step + 1, (step + 1) / (double) loop.stepsPerEpoch(), trainLoss / trainSteps, s.loss(), s.right(), s.reliability().error(), loop.model().live());
            trainLoss = 0;
            trainSteps = 0;
            points.add(p);
            told.accept(p);
        }
    }

    @Override
    public void save(StateWriter out) {
        out.put("trainLoss", trainLoss);
        out.put("trainSteps", trainSteps);
        out.put("points", points.stream().map(Curve::line).reduce("", (a, b) -> a.isEmpty() ? b : a + "\n" + b));
    }

    @Override
    public void load(StateReader in) {
        trainLoss = in.number("trainLoss");
        trainSteps = in.integer("trainSteps");
        points.clear();
        in.text("points").lines().forEach(l -> points.add(point(in, l)));
    }

    private static String line(Point p) {
        return p.step + " " + p.epoch + " " + p.trainLoss + " " + p.loss + " " + p.right + " " + p.calibrationError + " " + p.live;
    }

    private static Point point(StateReader in, String line) {
        String[] f = line.split(" ");
        try {
            double[] v = Arrays.stream(f).mapToDouble(Double::parseDouble).toArray();
            return new Point((long) v[0], v[1], v[2], v[3], v[4], v[5], (long) v[6]);
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw in.damaged("points", "holds '" + line + "'");
        }
    }
}
