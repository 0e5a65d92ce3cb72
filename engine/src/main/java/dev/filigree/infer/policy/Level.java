package dev.filigree.infer.policy;

import dev.filigree.base.UserError;

/**
 * How much a policy leaves out at one site.
 *
 * @param sparsity  share of inputs (or outputs, as the policy says) that is not used
 * @param threshold scores below it are left out; 0 where none is needed
 * @param rank      of what stands for the rest; 0 for nothing
 */
public record Level(double sparsity, float threshold, int rank) {

    public Level {
        if (!(sparsity >= 0 && sparsity <= 1) || !(threshold >= 0) || rank < 0) {
            throw new UserError("policy: found a sparsity of " + sparsity + ", a threshold of " + threshold + " and a rank of " + rank + ", expected 0 to 1 and none negative");
        }
    }
}
