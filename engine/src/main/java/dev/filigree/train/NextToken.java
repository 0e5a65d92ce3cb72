package dev.filigree.train;

import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.data.Shape;
import dev.filigree.io.data.TextData;
import dev.filigree.ops.Batch;
import dev.filigree.train.loss.CrossEntropy;
import dev.filigree.train.loss.Objective;
import java.util.List;
import java.util.Locale;

/**
 * Which token comes next. The perplexity is {@code e^loss}; {@code loss / ln 2 / bytes of a token} are the bits that a byte of the text takes.
 *
 * @param test  with the vocabulary of {@code train}
 * @param steps tokens of a window
 */
public record NextToken(String name, TextData train, TextData test, int steps) implements Problem {

    public NextToken {
        if (train.vocabulary() != test.vocabulary()) {
            throw new UserError(name + ": the test text has a vocabulary of its own, expected that of the training text");
        }
    }

    @Override
    public Shape input() {
        return Shape.of(steps);
    }

    @Override
    public int outputs() {
        return train.vocabulary().size();
    }

    @Override
    public Batches training(int size, Rng rng) {
        return new TextBatches(train, size, steps, rng);
    }

    @Override
    public List<Batch> testing(int size) {
        return TextBatches.all(test, size, steps);
    }

    @Override
    public Objective objective(double smoothing) {
        return new CrossEntropy(smoothing);
    }

    @Override
    public String about() {
        return String.format(Locale.ROOT, "%s: %,d training and %,d test tokens of a vocabulary of %,d, windows of %d; a token has %.2f bytes", name, train.ids().length, test.ids().length,
                outputs(), steps, test.bytesPerToken());
    }
}
