package dev.filigree.app.kernels;

import dev.filigree.app.kernels.Contestant.Role;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What all contestants of a case did in the same rounds.
 *
 * @param absent why contestants are missing, by name
 */
record CaseResult(String family, String shape, int rows, int cols, int tokens, List<Measured> measured, Map<String, String> absent) {

    /** Those that count. */
    Stream<Measured> of(Role role, int threads) {
        return measured.stream().filter(m -> m.role() == role && m.threads() == threads && m.sound());
    }

    /** The fastest native dense product. */
    Optional<Measured> dense(int threads) {
        return of(Role.NATIVE, threads).min(Comparator.comparingDouble(Measured::median));
    }

    /** The native sparse product of the same weight. */
    Optional<Measured> nativeSparse(Measured ours) {
        return of(Role.NATIVE_SPARSE, ours.threads()).filter(m -> m.sparsity() == ours.sparsity()).findFirst();
    }

    /** The read of as many bytes as {@code ours} stores. */
    Optional<Measured> limit(Measured ours) {
        return of(Role.LIMIT, ours.threads()).filter(m -> m.name().equals(Entrants.LIMIT + ours.name())).findFirst();
    }

    /** "MiniLM 384x384, 64 tokens". */
    String where() {
        return shape + ", " + tokens + (tokens == 1 ? " token" : " tokens");
    }
}
