package dev.filigree.ops;

import java.util.List;

/**
 * Rotary positions (Su et al. 2021, arXiv:2104.09864): in every head of {@code size} features, pair i turns by the angle
 * {@code position * base^(-2i / size) / slower_i}.
 *
 * @param size       features of a head, even
 * @param base       the slowest pair turns about so many positions for each radian
 * @param neighbours whether features 2i and 2i + 1 are a pair (Llama as it was published), or i and i + size / 2 (Hugging Face)
 * @param slower     what the angle of each pair is divided by; empty for 1
 */
public record Rotary(int size, double base, boolean neighbours, List<Double> slower) {

    /** One whose pairs turn as they were meant to. */
    public Rotary(int size, double base, boolean neighbours) {
        this(size, base, neighbours, List.of());
    }

    public Rotary {
        slower = List.copyOf(slower);
        if (size < 2 || size % 2 != 0 || !(base > 1) || !slower.isEmpty() && slower.size() != size / 2) {
            throw new IllegalArgumentException("rotary positions of heads of " + size + " features with base " + base);
        }
    }

    /** What pair {@code i} turns by from one position to the next, in radians. */
    public double angle(int i) {
        return Math.pow(base, -2.0 * i / size) / (slower.isEmpty() ? 1 : slower.get(i));
    }

    /** The first feature of pair {@code i} of a head. */
    int first(int i) {
        return neighbours ? 2 * i : i;
    }

    /** Features from the first of a pair to its second. */
    int apart() {
        return neighbours ? 1 : size / 2;
    }
}
