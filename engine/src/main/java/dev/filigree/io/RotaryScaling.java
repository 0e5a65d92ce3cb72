package dev.filigree.io;

import dev.filigree.base.UserError;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Rotary positions of a model that was made fit for longer texts: pair i turns slower by a divisor of its own, see {@link #divisors}.
 *
 * @param factor   of the longer text; 1 where nothing is scaled
 * @param low      turns within the old context below which a pair is slower by the whole factor; llama3 alone
 * @param high     turns from which it stays as it is; llama3 alone
 * @param original the old context, in tokens; llama3 alone
 * @param given    divisors as a file lists them; of no other kind
 */
public record RotaryScaling(Kind kind, double factor, double low, double high, int original, List<Double> given) {

    public static final RotaryScaling NONE = new RotaryScaling(Kind.NONE, 1, 0, 0, 0, List.of());

    /** How divisors follow. */
    public enum Kind {
        NONE,
        /** All the factor: positions are closer to each other (Chen et al. 2023, arXiv:2306.15595). */
        LINEAR,
        /** Fast pairs stay, slow ones are slower by the factor, and between them it rises (Llama 3.1, Grattafiori et al. 2024, arXiv:2407.21783). */
        LLAMA3,
        GIVEN
    }

    public RotaryScaling {
        given = List.copyOf(given);
        boolean sound = factor >= 1 && factor < 1e6 && given.stream().allMatch(d -> d > 0 && d < 1e9) && (kind == Kind.GIVEN) == !given.isEmpty();
        if (!sound || kind == Kind.LLAMA3 && !(low > 0 && high > low && high < 1e6 && original > 0)) {
            throw new UserError("rotary positions: found a scaling by " + factor + " between " + low + " and " + high + " turns of a context of " + original
                    + ", expected a factor of at least 1, 0 < low < high and a context, and divisors above 0");
        }
    }

    static RotaryScaling linear(double factor) {
        return new RotaryScaling(Kind.LINEAR, factor, 0, 0, 0, List.of());
    }

    static RotaryScaling given(List<Double> divisors) {
        return new RotaryScaling(Kind.GIVEN, 1, 0, 0, 0, divisors);
    }

    /**
     * What the angle of each pair is divided by; empty where nothing is scaled. With llama3 a pair that makes {@code t = original / (2 pi base^(2i / size))} turns in the old
     * context is divided by 1 where {@code t > high}, by the factor where {@code t < low}, else by {@code 1 / ((1 - s) / factor + s)}, {@code s = (t - low) / (high - low)}.
     *
     * @param size features of a head
     */
    public List<Double> divisors(int size, double base) {
        return switch (kind) {
            case NONE -> List.of();
            case LINEAR -> DoubleStream.generate(() -> factor).limit(size / 2).boxed().toList();
            case LLAMA3 -> IntStream.range(0, size / 2).mapToObj(i -> {
                double turns = original * Math.pow(base, -2.0 * i / size) / (2 * Math.PI);
                double share = Math.clamp((turns - low) / (high - low), 0, 1);
                return 1 / ((1 - share) / factor + share);
            }).collect(Collectors.toList());
            case GIVEN -> given;
        };
    }
}
