package dev.filigree.infer;

import dev.filigree.model.CausalModel;
import dev.filigree.ops.KeyValues;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.stream.IntStream;

/** What a model remembers of one sequence: keys and values of every block, freed at once. */
final class SequenceMemory implements AutoCloseable {

    private final Arena arena = Arena.ofShared();
    private final List<KeyValues> blocks;

    /** @param capacity tokens that the sequence may have */
    SequenceMemory(CausalModel model, KeyValues.Type type, int capacity) {
        try {
            this.blocks = IntStream.range(0, model.blocks()).mapToObj(i -> new KeyValues(arena, type, model.config().keyHeads(), model.config().headSize(), capacity)).toList();
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    KeyValues block(int i) {
        return blocks.get(i);
    }

    /** Tokens so far. */
    int length() {
        return blocks.getFirst().length();
    }

    /** Forgets all but the first {@code tokens}. */
    void cut(int tokens) {
        blocks.forEach(b -> b.cut(tokens));
    }

    long bytes() {
        return blocks.stream().mapToLong(KeyValues::bytes).sum();
    }

    @Override
    public void close() {
        arena.close();
    }
}
