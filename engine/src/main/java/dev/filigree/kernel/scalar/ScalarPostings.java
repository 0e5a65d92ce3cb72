package dev.filigree.kernel.scalar;

import dev.filigree.base.Floats;
import dev.filigree.base.Shorts;
import dev.filigree.kernel.Postings;

final class ScalarPostings implements Postings {

    @Override
    public void accumulate(Shorts documents, Shorts weights, int from, int to, float factor, Floats scores) {
        for (int i = from; i < to; i++) {
            int d = documents.get(i);
            scores.set(d, scores.get(d) + factor * Float.float16ToFloat((short) weights.get(i)));
        }
    }

    @Override
    public int next(Floats scores, int from, int to, float bound) {
        int i = from;
        while (i < to && !(scores.get(i) >= bound)) {
            i++;
        }
        return i;
    }

    @Override
    public int count(Floats scores, int from, int to, float bound) {
        int count = 0;
        for (int i = from; i < to; i++) {
            count += scores.get(i) >= bound ? 1 : 0;
        }
        return count;
    }
}
