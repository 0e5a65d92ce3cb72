package dev.filigree.io.data;

import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.types.Array;
import us.hebi.matlab.mat.types.MatFile;
import us.hebi.matlab.mat.types.Matrix;

/**
 * Plain features as they were measured.
 *
 * @param values {@code [examples] [features]}
 */
public record FeatureTable(int features, float[] values, int[] labels, List<String> classes) implements Examples {

    private static final long MOST_BYTES = 1L << 30;

    /** Examples to learn from and those held back. */
    public record Split(Standardised train, Standardised test) {
    }

    /**
     * A MATLAB file with a matrix {@code X [examples x features]} and classes {@code Y [examples x 1]}, any numbers.
     *
     * @throws UserError the file is none, or lacks one of the two
     */
    public static FeatureTable open(Path file) {
        if (!Files.isRegularFile(file) || file.toFile().length() > MOST_BYTES) {
            throw new UserError(file + ": " + (Files.isRegularFile(file) ? "is larger than a gigabyte" : "no such file") + ", expected a MATLAB file with X and Y");
        }
        try (MatFile mat = Mat5.readFromFile(file.toFile())) {
            Matrix x = matrix(file, mat, "X");
            Matrix y = matrix(file, mat, "Y");
            int count = x.getNumRows();
            if (count < 1 || x.getNumCols() < 1 || (long) y.getNumRows() * y.getNumCols() != count) {
                throw new UserError(file + ": found X " + count + " x " + x.getNumCols() + " and Y " + y.getNumRows() + " x " + y.getNumCols()
                        + ", expected a row of X and a number of Y for each example");
            }
            float[] values = new float[Math.multiplyExact(count, x.getNumCols())];
            for (int i = 0; i < values.length; i++) {
                values[i] = x.getFloat(i / x.getNumCols(), i % x.getNumCols());
                if (!Float.isFinite(values[i])) {
                    throw new UserError(file + ": X has " + values[i] + " in row " + (i / x.getNumCols() + 1) + ", expected finite numbers");
                }
            }
            double[] classes = IntStream.range(0, count).mapToDouble(y::getDouble).distinct().sorted().toArray();
            int[] labels = IntStream.range(0, count).map(i -> Arrays.binarySearch(classes, y.getDouble(i))).toArray();
            List<String> names = Arrays.stream(classes).mapToObj(c -> c == Math.rint(c) ? Long.toString((long) c) : Double.toString(c)).toList();
            return new FeatureTable(x.getNumCols(), values, labels, names);
        } catch (java.io.IOException | RuntimeException e) {
            boolean cut = e instanceof java.io.EOFException || e.getCause() instanceof java.io.EOFException;
            throw e instanceof UserError u ? u : new UserError(file + ": cannot be read as a MATLAB file (version 5 to 7.2): "
                    + (cut ? "the file ends too early" : e.getMessage()), e);
        }
    }

    /**
     * Examples held back at random, the rest to learn from; both standardised by the statistics of the rest.
     *
     * @param share held back, above 0 and below 1
     */
    public Split split(double share, long seed) {
        int back = (int) Math.round(share * count());
        if (back < 1 || back >= count()) {
            throw new UserError("test share: found " + share + " of " + count() + " examples, expected a share that leaves some on both sides");
        }
        int[] order = new Rng(seed).split("test").permutation(count());
        Standardised train = Standardised.of(only(Arrays.copyOfRange(order, back, count())));
        return new Split(train, train.like(only(Arrays.copyOf(order, back))));
    }

    @Override
    public int count() {
        return labels.length;
    }

    @Override
    public Shape shape() {
        return Shape.of(features);
    }

    @Override
    public int label(int example) {
        return labels[example];
    }

    @Override
    public void read(int example, float[] out) {
        System.arraycopy(values, example * features, out, 0, features);
    }

    @Override
    public String fingerprint() {
        CRC32C sum = new CRC32C();
        java.nio.ByteBuffer one = java.nio.ByteBuffer.allocate(Float.BYTES * features);
        for (int i = 0; i < count(); i++) {
            one.clear();
            one.asFloatBuffer().put(values, i * features, features);
            sum.update(one);
        }
        return count() + " examples of " + features + " features, " + Long.toHexString(sum.getValue()) + "-" + Integer.toHexString(Arrays.hashCode(labels));
    }

    private static Matrix matrix(Path file, MatFile mat, String name) {
        for (MatFile.Entry e : mat.getEntries()) {
            Array a = e.getValue();
            if (e.getName().equals(name) && a instanceof Matrix m) {
                return m;
            }
        }
        throw new UserError(file + ": has no matrix " + name + ", expected X (examples x features) and Y (classes)");
    }
}
