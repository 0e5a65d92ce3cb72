package dev.filigree.prune.schedule;

/** How sparsity grows while a model is trained. Steps are counted from 0. */
public interface Schedule {

    /** The share of zeros to prune to before the first step. */
    double start(double target);

    /** Whether to prune before this step. */
    boolean fires(long step, long steps);

    /** The share of zeros to prune to before this step; {@code target} from the last time on that it fires. */
    double sparsity(long step, long steps, double target);
}
