package dev.filigree.ops;

/**
 * Batch normalisation of images by channel (Ioffe and Szegedy 2015, arXiv:1502.03167). All parameters are
 * {@code [channels x 1]}.
 *
 * @param mean     running mean, and {@code variance} running variance (of the population): what is used outside of training
 * @param momentum share of the batch in the running statistics after a step
 * @param eps      added to the variance
 */
public record BatchNorm(Param gain, Param shift, Param mean, Param variance, float momentum, float eps) {
}
