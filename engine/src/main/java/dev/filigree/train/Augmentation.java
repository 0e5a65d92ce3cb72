package dev.filigree.train;

import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.data.Shape;
import java.util.List;

/** Changes each example at random whenever it is shown, so that what does not matter is not learned. Parts are composed by {@link All}. */
public sealed interface Augmentation {

    /** Leaves every example as it is. */
    Augmentation NONE = new All(List.of());

    /** What is usual for small photographs: a crop out of the image with four pixels around it, and half of the images turned over. */
    Augmentation PHOTOGRAPHS = new All(List.of(new Crop(4), new Flip()));

    /**
     * @param image   {@code [channels] [height] [width]}, changed in place
     * @param scratch of the same size, of any content
     * @param rng     of which as many numbers are drawn for every image
     */
    void apply(Shape shape, float[] image, float[] scratch, Rng rng);

    /** The image moved by at most {@code padding} pixels in each direction; what comes in is zero, the mean of a scaled image. */
    record Crop(int padding) implements Augmentation {

        public Crop {
            if (padding < 0 || padding > 1 << 10) {
                throw new UserError("crop: found a padding of " + padding + " pixels, expected 0.." + (1 << 10));
            }
        }

        @Override
        public void apply(Shape shape, float[] image, float[] scratch, Rng rng) {
            System.arraycopy(image, 0, scratch, 0, image.length);
            int down = rng.nextInt(2 * padding + 1) - padding;
            int right = rng.nextInt(2 * padding + 1) - padding;
            int w = shape.width();
            for (int c = 0; c < shape.channels(); c++) {
                for (int y = 0; y < shape.height(); y++) {
                    int from = y + down;
                    for (int x = 0; x < w; x++) {
                        boolean inside = from >= 0 && from < shape.height() && x + right >= 0 && x + right < w;
                        image[(c * shape.height() + y) * w + x] = inside ? scratch[(c * shape.height() + from) * w + x + right] : 0;
                    }
                }
            }
        }
    }

    /** The image turned over left to right, every other time. */
    record Flip() implements Augmentation {

        @Override
        public void apply(Shape shape, float[] image, float[] scratch, Rng rng) {
            if (rng.nextInt(2) == 0) {
                return;
            }
            int last = shape.width() - 1;
            for (int row = 0; row < image.length; row += last + 1) {
                for (int x = 0; x < last - x; x++) {
                    float v = image[row + x];
                    image[row + x] = image[row + last - x];
                    image[row + last - x] = v;
                }
            }
        }
    }

    /** One after the other. */
    record All(List<Augmentation> parts) implements Augmentation {

        public All {
            parts = List.copyOf(parts);
        }

        @Override
        public void apply(Shape shape, float[] image, float[] scratch, Rng rng) {
            for (Augmentation a : parts) {
                a.apply(shape, image, scratch, rng);
            }
        }
    }
}
