package dev.filigree.app.studies;

/**
 * Scores of a network that is pruned at once and not trained again, at rising shares of zeros; straight between them.
 *
 * @param sparsity ascending, the first 0: the network as it was
 * @param score    high is good
 */
record SparsityCurve(double[] sparsity, double[] score) {

    SparsityCurve {
        sparsity = sparsity.clone();
        score = score.clone();
        boolean ascending = sparsity.length == score.length && sparsity.length > 1 && sparsity[0] == 0;
        for (int i = 1; ascending && i < sparsity.length; i++) {
            ascending = sparsity[i] > sparsity[i - 1];
        }
        if (!ascending) {
            throw new IllegalArgumentException("shares of zeros are to begin with 0 and to rise, with a score each");
        }
    }

    /** The score at a share of zeros; past the last one the last. */
    double at(double share) {
        for (int i = 1; i < sparsity.length; i++) {
            if (share <= sparsity[i]) {
                return score[i - 1] + (share - sparsity[i - 1]) / (sparsity[i] - sparsity[i - 1]) * (score[i] - score[i - 1]);
            }
        }
        return score[score.length - 1];
    }

    /** The share of zeros at which the score first falls below {@code (1 - loss)} of what it was; the last one when it never does. */
    double knee(double loss) {
        double least = (1 - loss) * score[0];
        for (int i = 1; i < score.length; i++) {
            if (score[i] < least) {
                double steps = sparsity[i] - sparsity[i - 1];
                return sparsity[i - 1] + steps * (score[i - 1] - least) / (score[i - 1] - score[i]);
            }
        }
        return sparsity[sparsity.length - 1];
    }

    /** The share of zeros, one of those inside, at which the slope falls most: the largest second difference. */
    double bend() {
        int sharpest = 1;
        double most = Double.POSITIVE_INFINITY;
        for (int i = 1; i + 1 < score.length; i++) {
            double change = -fall(sparsity[i], sparsity[i + 1]) + fall(sparsity[i - 1], sparsity[i]);
            if (change < most) {
                most = change;
                sharpest = i;
            }
        }
        return sparsity[sharpest];
    }

    /** What the score loses from one share of zeros to another, for each unit of sparsity. */
    double fall(double from, double to) {
        return (at(from) - at(to)) / (to - from);
    }

    /** How many times as fast the score falls over the next {@code beyond} of sparsity as it does up to its knee. */
    double sharpness(double loss, double beyond) {
        double knee = knee(loss);
        return fall(knee, knee + beyond) / fall(0, knee);
    }
}
