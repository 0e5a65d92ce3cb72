package dev.filigree.grad;

import dev.filigree.ops.Param;
import dev.filigree.ops.Value;
import dev.filigree.tensor.Csr;

/** Back through {@code y = A x} with a symmetric A: {@code dx = A dy}, and {@code dA[i, j] = dy[i] x[j]} at live positions only where A is trained. */
record AggregateBack(Param adjacency, Value x, Value output) implements Operation {

    @Override
    public void backward(Round round, Value dy) {
        if (round.parameters().wants(adjacency)) {
            round.forward().aggregateGradient((Csr) adjacency.backward(), dy, x, round.parameters().of(adjacency));
        }
        round.pass(x, dx -> round.forward().aggregate(adjacency, dy, dx));
        round.free(dy);
    }
}
