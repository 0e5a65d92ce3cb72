package dev.filigree.io.data;

/**
 * What one example is: {@code channels} planes of {@code height x width} pixels, or {@code channels} plain features with
 * height and width 1.
 */
public record Shape(int channels, int height, int width) {

    public Shape {
        if (channels < 1 || height < 1 || width < 1) {
            throw new IllegalArgumentException("an example of " + channels + " x " + height + " x " + width);
        }
    }

    /** Plain features. */
    public static Shape of(int features) {
        return new Shape(features, 1, 1);
    }

    /** Numbers an example. */
    public int size() {
        return channels * height * width;
    }

    @Override
    public String toString() {
        return height * width == 1 ? channels + " features" : channels + " x " + height + " x " + width;
    }
}
