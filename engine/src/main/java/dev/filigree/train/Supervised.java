package dev.filigree.train;

import dev.filigree.ops.Batch;
import dev.filigree.ops.Value;
import dev.filigree.train.loss.Objective;
import java.util.LinkedHashMap;
import java.util.Map;

/** Learns what a batch itself says is right. */
public record Supervised(Objective objective) implements Step {

    @Override
    public Loss run(Loop loop, Batch batch) {
        Value y = loop.model().forward(loop.tape(), batch);
        Objective.Score[] score = new Objective.Score[1];
        loop.tape().seed(y, g -> score[0] = objective.score(loop.compute(), y, batch, g));
        loop.tape().backward();
        Map<String, Double> parts = new LinkedHashMap<>();
        if (!Double.isNaN(score[0].right())) {
            parts.put("accuracy", score[0].right());
        }
        return new Loss(score[0].loss(), parts);
    }
}
