package dev.filigree.io.data;

import dev.filigree.base.UserError;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Images of 8 bits a pixel and channel; read as {@code (pixel / 255 - mean) / deviation}, by channel.
 *
 * @param pixels {@code [images] [channels] [height] [width]}
 */
public record ByteImages(Shape shape, byte[] pixels, int[] labels, List<String> classes, float[] mean, float[] deviation) implements Examples {

    public ByteImages {
        classes = List.copyOf(classes);
        if (pixels.length != (long) labels.length * shape.size()) {
            throw new UserError("images: found " + pixels.length + " pixels for " + labels.length + " images of " + shape + ", expected "
                    + (long) labels.length * shape.size());
        }
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] < 0 || labels[i] >= classes.size()) {
                throw new UserError("images: label " + i + " is " + labels[i] + ", expected 0.." + (classes.size() - 1));
            }
        }
        if (mean.length != shape.channels() || deviation.length != shape.channels()) {
            throw new IllegalArgumentException("one mean and one deviation a channel");
        }
    }

    /** Centred and scaled by their own statistics, or by those of {@code like} (test images by those of the training images). */
    public static ByteImages of(Shape shape, byte[] pixels, int[] labels, List<String> classes, ByteImages like) {
        return like != null ? new ByteImages(shape, pixels, labels, classes, like.mean, like.deviation)
                : new ByteImages(shape, pixels, labels, classes, statistics(shape, pixels, false), statistics(shape, pixels, true));
    }

    @Override
    public int count() {
        return labels.length;
    }

    @Override
    public int label(int example) {
        return labels[example];
    }

    @Override
    public void read(int example, float[] out) {
        int plane = shape.height() * shape.width();
        int from = example * shape.size();
        for (int c = 0; c < shape.channels(); c++) {
            float scale = 1 / (255f * deviation[c]);
            float shift = -mean[c] / deviation[c];
            for (int i = c * plane; i < (c + 1) * plane; i++) {
                out[i] = (pixels[from + i] & 0xff) * scale + shift;
            }
        }
    }

    @Override
    public String fingerprint() {
        CRC32C sum = new CRC32C();
        sum.update(pixels);
        return labels.length + " images of " + shape + ", " + Long.toHexString(sum.getValue()) + "-" + Integer.toHexString(Arrays.hashCode(labels));
    }

    /** Mean of each channel in 0..1, or the deviation. */
    private static float[] statistics(Shape shape, byte[] pixels, boolean deviation) {
        int plane = shape.height() * shape.width();
        long[] sum = new long[shape.channels()];
        long[] squares = new long[shape.channels()];
        for (int i = 0; i < pixels.length; i++) {
            int v = pixels[i] & 0xff;
            sum[i / plane % shape.channels()] += v;
            squares[i / plane % shape.channels()] += v * v;
        }
        double each = Math.max(1, pixels.length / shape.channels());
        float[] out = new float[shape.channels()];
        for (int c = 0; c < out.length; c++) {
            double mean = sum[c] / each / 255;
            double variance = squares[c] / each / (255.0 * 255) - mean * mean;
            out[c] = (float) (deviation ? Math.sqrt(Math.max(1e-12, variance)) : mean);
        }
        return out;
    }
}
