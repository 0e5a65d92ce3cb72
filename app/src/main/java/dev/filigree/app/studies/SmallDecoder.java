package dev.filigree.app.studies;

import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.model.Network;
import dev.filigree.ops.Batch;
import dev.filigree.train.Hook;
import dev.filigree.train.NextToken;
import dev.filigree.train.Step;
import java.util.List;

/**
 * Small decoders of the Llama family that learn a text character by character: what studies of language models share.
 *
 * @param text in windows of 64 characters, at most 30,000 of what is held out
 */
record SmallDecoder(Lab lab, NextToken text, Course course) {

    private static final int ROWS = 16;

    /** The study's text, with a cosine over each run or the rates given. */
    static SmallDecoder of(Lab lab, String rates) {
        if (!(lab.problem() instanceof NextToken all)) {
            throw new UserError("--data: found " + lab.problem().about() + ", expected a text");
        }
        int judged = Math.min(all.test().ids().length, (int) lab.choose(2_000, 30_000));
        NextToken text = new NextToken(all.name(), all.train(), all.test().part(0, judged), (int) lab.choose(32, 64));
        return new SmallDecoder(lab, text, new Course(lab.compute(), text, ROWS, "adam(b2=0.98)", 3e-3, rates, 1));
    }

    /** A network as it is typed; the quick form of a study makes each a tiny one. */
    String model(int width, int layers, int inner, String activation) {
        int part = lab.quick() ? 4 : 1;
        return "llama(width=" + width / part + ",layers=" + layers + ",heads=" + (lab.quick() ? 2 : 4) + ",inner=" + inner / part + ",activation=" + activation + ")";
    }

    /** A network that was trained from birth. */
    Network trained(String model, Step step, long steps, List<Hook> hooks, long seed) {
        Rng rng = new Rng(seed).split("from birth");
        Network net = course.born(model, rng.split("birth"));
        course.train(net, step, steps, hooks, rng);
        return net;
    }

    /** A copy of a network that was trained further; the copy may have another activation. */
    Network further(String model, Network from, Step step, long steps, List<Hook> hooks, long seed) {
        Network net = course.like(model, from);
        course.train(net, step, steps, hooks, new Rng(seed).split("further"));
        return net;
    }

    /** What was held out. */
    List<Batch> held() {
        return text.testing(ROWS);
    }

    /** Loss and inner units on what was held out. */
    InnerUnits.Seen judge(Network net) {
        return InnerUnits.judge(lab.compute(), net, text.objective(0), held());
    }
}
