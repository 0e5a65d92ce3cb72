package dev.filigree.retrieve;

import dev.filigree.base.Rng;
import java.util.Arrays;

/**
 * Puts documents of a list that resemble each other into one block: documents chosen at random are the centres, and each document joins the
 * centre with the largest inner product, of which only the heaviest terms of the document are computed. Room for one thread, used again.
 */
final class Blocks {

    private static final int NONE = -1;

    private final ForwardIndex index;
    private final Heaviest heaviest;
    private final SeismicSettings settings;
    /** For each term its last entry among those of the centres, and for each entry the one before. */
    private final int[] last;
    private int[] before = new int[0];
    private int[] centreOf = new int[0];
    private float[] weightOf = new float[0];

    Blocks(ForwardIndex index, Heaviest heaviest, SeismicSettings settings) {
        this.index = index;
        this.heaviest = heaviest;
        this.settings = settings;
        this.last = new int[index.vocabulary()];
        Arrays.fill(last, NONE);
    }

    /**
     * @param documents rising
     * @return for each document the number of its block; blocks are numbered without gaps
     */
    int[] of(int[] documents, Rng rng) {
        int centres = (int) Math.clamp(Math.round(settings.blocks() * documents.length), 1, Math.clamp(documents.length, 1, ListOfBlocks.MOST_BLOCKS));
        int[] block = new int[documents.length];
        if (centres == 1) {
            return block;
        }
        int[] chosen = rng.permutation(documents.length);
        for (int c = 0; c < centres; c++) {
            chosen[c] = documents[chosen[c]];
        }
        enter(chosen, centres);
        float[] scores = new float[centres];
        boolean[] open = new boolean[centres];
        Arrays.fill(open, true);
        int[] sizes = new int[centres];
        for (int i = 0; i < documents.length; i++) {
            sizes[block[i] = nearest(documents[i], scores, open)]++;
        }
        int left = 0;
        for (int c = 0; c < centres; c++) {
            open[c] = sizes[c] >= settings.smallest();
            left += open[c] ? 1 : 0;
        }
        for (int i = 0; i < documents.length && left > 0; i++) {
            block[i] = open[block[i]] ? block[i] : nearest(documents[i], scores, open);
        }
        leave(chosen, centres);
        return withoutGaps(block, centres);
    }

    private void enter(int[] chosen, int centres) {
        int entries = 0;
        for (int c = 0; c < centres; c++) {
            entries += index.size(chosen[c]);
        }
        if (before.length < entries) {
            before = new int[entries];
            centreOf = new int[entries];
            weightOf = new float[entries];
        }
        for (int c = 0, e = 0; c < centres; c++) {
            for (int i = 0; i < index.size(chosen[c]); i++, e++) {
                int term = index.term(chosen[c], i);
                before[e] = last[term];
                centreOf[e] = c;
                weightOf[e] = index.weight(chosen[c], i);
                last[term] = e;
            }
        }
    }

    private void leave(int[] chosen, int centres) {
        for (int c = 0; c < centres; c++) {
            for (int i = 0; i < index.size(chosen[c]); i++) {
                last[index.term(chosen[c], i)] = NONE;
            }
        }
    }

    /** Of the open centres the one with the largest inner product, the first of equal ones. */
    private int nearest(int document, float[] scores, boolean[] open) {
        Arrays.fill(scores, 0);
        for (int i = 0; i < Math.min(heaviest.most(), index.size(document)); i++) {
            int place = heaviest.place(document, i);
            float w = index.weight(document, place);
            for (int e = last[index.term(document, place)]; e != NONE; e = before[e]) {
                scores[centreOf[e]] += w * weightOf[e];
            }
        }
        int best = NONE;
        for (int c = 0; c < scores.length; c++) {
            if (open[c] && (best == NONE || scores[c] > scores[best])) {
                best = c;
            }
        }
        return best;
    }

    private static int[] withoutGaps(int[] block, int centres) {
        int[] number = new int[centres];
        Arrays.fill(number, NONE);
        int count = 0;
        for (int i = 0; i < block.length; i++) {
            if (number[block[i]] == NONE) {
                number[block[i]] = count++;
            }
            block[i] = number[block[i]];
        }
        return block;
    }
}
