package dev.filigree.ops;

/**
 * Sequences laid end to end, without padding: sequence i is tokens {@code start[i] .. start[i+1]}.
 *
 * @param start ascending, first 0; one more than there are sequences
 */
public record Spans(int[] start) {

    public int count() {
        return start.length - 1;
    }

    public int tokens() {
        return start[start.length - 1];
    }

    public int length(int sequence) {
        return start[sequence + 1] - start[sequence];
    }
}
