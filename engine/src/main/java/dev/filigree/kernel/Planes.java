package dev.filigree.kernel;

import dev.filigree.base.UserError;

/**
 * Images in memory: {@code [groups] [channels] [plane]}. A plane holds one channel of {@code together} images, pixel
 * beside pixel and image beside image, without borders, and then up to 16 lanes that nobody reads (finite values; zero
 * in gradients). A convolution is cut into strips of neighbouring pixels of a plane.
 *
 * <p>Why planes and not panels of 64 pixels: a plane of 14x14 pixels is 13 vectors where panels take 16, and windows read
 * their neighbours at a fixed distance. Panels were 5 to 10 % faster at 28x28 and 56x56 pixels and a third faster at
 * 112x112, where memory is the limit; at 14x14 a quarter slower. Why no border: it would cost lanes in every 1x1 product
 * and repairs afterwards; {@link Taps} masks reads instead. Why several images in a plane: 49 pixels fill three vectors
 * and one lane, 8 x 49 fill 24.5.
 *
 * <p>Batches of 16 images and more are better dealt to lanes ({@link #dealt}): a pixel is then 16 neighbouring floats, one
 * of each image. No size of image leaves lanes over, and whatever a window sees is whole vectors in whole cache lines,
 * without masks, shifts or the shuffles of a stride. Sparse 3x3 windows on 32x32 pixels were three times as fast.
 *
 * @param together images in a plane; the last group may have fewer
 * @param dealt    whether the images of a plane lie pixel by pixel, one in each of {@link #UNIT} lanes, instead of one after
 *                 the other
 */
public record Planes(int images, int channels, int height, int width, int together, boolean dealt) {

    /** Strips begin and planes end at a multiple of this many pixels, the lanes of the widest vector. */
    public static final int UNIT = 16;

    /** Widest strip in pixels: seven of the widest vectors. */
    public static final int STRIP = 112;

    private static final int MOST_TOGETHER = 8;

    public Planes {
        positive("images", images);
        positive("channels", channels);
        positive("height", height);
        positive("width", width);
        positive("together", together);
        if (dealt && together != UNIT) {
            throw new IllegalArgumentException("planes: " + together + " images dealt to lanes, expected " + UNIT);
        }
        long pixels = (long) together * height * width;
        if (pixels > Integer.MAX_VALUE / 2 || Math.ceilDiv(images, together) * (long) channels * (pixels + 5 * UNIT) > Integer.MAX_VALUE) {
            throw new UserError("planes: " + images + " images of " + channels + " x " + height + " x " + width
                    + " have more than 2^31-1 values, expected fewer; use smaller batches");
        }
    }

    private static void positive(String field, int value) {
        if (value < 1) {
            throw new UserError("planes: " + field + " is " + value + ", expected at least 1");
        }
    }

    /** One image in each lane; lanes stay empty where {@code images} is no multiple of {@link #UNIT}. */
    public static Planes dealt(int images, int channels, int height, int width) {
        return new Planes(images, channels, height, width, UNIT, true);
    }

    /** Images one after the other, as many in a plane as leave the fewest lanes unused. */
    public static Planes of(int images, int channels, int height, int width) {
        Planes best = new Planes(images, channels, height, width, 1, false);
        for (int g = 2; g <= Math.min(images, MOST_TOGETHER); g++) {
            Planes p = new Planes(images, channels, height, width, g, false);
            if ((long) p.groups() * p.units() < (long) best.groups() * best.units()) {
                best = p;
            }
        }
        return best;
    }

    /** The same images with other channels and another size, so that a convolution leads from these planes to those. */
    public Planes to(int newChannels, int newHeight, int newWidth) {
        return new Planes(images, newChannels, newHeight, newWidth, together, dealt);
    }

    public int groups() {
        return Math.ceilDiv(images, together);
    }

    /** Pixels of a plane that may be read. */
    public int pixels() {
        return together * height * width;
    }

    /** Units of a plane: {@code ceil(pixels / UNIT)}. */
    public int units() {
        return Math.ceilDiv(pixels(), UNIT);
    }

    /**
     * Floats from plane to plane: whole units, and four more where the same pixels of all channels would otherwise
     * share a few sets of the nearest cache (at 112x112 that made a 1x1 product 1.6 times slower).
     */
    public int plane() {
        int floats = units() * UNIT;
        return floats >= 256 && floats % 128 == 0 ? floats + 4 * UNIT : floats;
    }

    /** Floats of all images. */
    public int length() {
        return groups() * channels * plane();
    }

    /** Where a pixel is. */
    public int at(int image, int channel, int y, int x) {
        return (image / together * channels + channel) * plane() + inPlane(image % together, y, x);
    }

    /** Where pixel (y, x) of the {@code image}-th image of a group is in a plane. */
    public int inPlane(int image, int y, int x) {
        return dealt ? (y * width + x) * together + image : (image * height + y) * width + x;
    }

    /** The image of a group to which pixel {@code q} of a plane belongs. */
    public int imageAt(int q) {
        return dealt ? q % together : q / (height * width);
    }

    /** The row of its image in which pixel {@code q} of a plane lies. */
    public int rowAt(int q) {
        return (dealt ? q / together : q % (height * width)) / width;
    }

    /** The column of its image in which pixel {@code q} of a plane lies. */
    public int columnAt(int q) {
        return (dealt ? q / together : q) % width;
    }

    /**
     * Pixels at which a plane is cut into strips of at most {@code most} pixels, its end included.
     *
     * @param even whether strips are about equally wide; else all but the last have {@code most} pixels
     */
    public int[] strips(int most, boolean even) {
        int widest = most / UNIT;
        int n = Math.ceilDiv(units(), widest);
        int[] cuts = new int[n + 1];
        for (int i = 0; i <= n; i++) {
            cuts[i] = UNIT * (even ? (int) ((long) units() * i / n) : Math.min(units(), i * widest));
        }
        return cuts;
    }
}
