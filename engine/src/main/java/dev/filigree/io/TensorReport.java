package dev.filigree.io;

/**
 * What a checkpoint holds of one tensor, sparse parts taken together.
 *
 * @param name        of the tensor
 * @param shape       as text, {@code [384 x 1536]}
 * @param type        of its values
 * @param format      "dense", or the sparse format it is stored in
 * @param elements    positions
 * @param nonZeros    values that are not zero; for sparse formats the stored ones
 * @param pattern     regularity of the zeros: "2:4", "4x1", "12 zero rows" and so on, joined by commas, or
 *                    "unstructured"; empty below one per cent of zeros and for tensors that are no matrices
 * @param denseBytes  size with every position stored
 * @param sparseBytes size as stored when it is stored sparse, else the smaller of dense and bitmask
 */
public record TensorReport(String name, String shape, String type, String format, long elements, long nonZeros, String pattern,
                           long denseBytes, long sparseBytes) {

    /** Share of zeros. */
    public double sparsity() {
        return elements == 0 ? 0 : 1 - nonZeros / (double) elements;
    }
}
