package dev.filigree.kernel;

import dev.filigree.base.UserError;

/**
 * Which input pixels an output pixel sees: tap (ty, tx) of output (oy, ox) is input
 * {@code ((oy*stride + ty - top) / spread, (ox*stride + tx - left) / spread)} where that is a whole number inside the
 * image, and zero elsewhere. Tap (ty, tx) of channel c is column {@code (c*height + ty)*width + tx} of a weight.
 *
 * @param stride input pixels from one output pixel to the next
 * @param spread 1, except in the gradient of a convolution with a stride: that many taps from one input pixel to the next
 * @param top    rows of zeros above the image, {@code 0 .. height-1}
 * @param left   columns of zeros before the image, {@code 0 .. width-1}
 */
public record Window(int height, int width, int stride, int spread, int top, int left) {

    /** One pixel. */
    public static final Window PIXEL = new Window(1, 1, 1, 1, 0, 0);

    public Window {
        within("height", height, 1, 1 << 10);
        within("width", width, 1, 1 << 10);
        within("stride", stride, 1, 1 << 10);
        within("spread", spread, 1, 1 << 10);
        within("top", top, 0, height - 1);
        within("left", left, 0, width - 1);
    }

    private static void within(String field, int value, int least, int most) {
        if (value < least || value > most) {
            throw new UserError("window: " + field + " is " + value + ", expected " + least + ".." + most);
        }
    }

    /** {@code size x size}, odd, with the border that keeps the size of the image when stride is 1. */
    public static Window square(int size, int stride) {
        return new Window(size, size, stride, 1, (size - 1) / 2, (size - 1) / 2);
    }

    public int taps() {
        return height * width;
    }

    /** Whether the unfolded image is the image. */
    public boolean plain() {
        return taps() == 1 && stride == 1 && spread == 1;
    }

    /** Planes of the output when the image ends in {@code bottom} rows and {@code right} columns of zeros. */
    public Planes forward(Planes in, int outputs, int bottom, int right) {
        within("bottom", bottom, 0, height - 1);
        within("right", right, 0, width - 1);
        int rows = in.height() + top + bottom - height;
        int columns = in.width() + left + right - width;
        if (rows < 0 || columns < 0) {
            throw new UserError("window: " + height + " x " + width + " does not fit an image of " + in.height() + " x " + in.width() + " and its border");
        }
        return in.to(outputs, rows / stride + 1, columns / stride + 1);
    }

    /** {@link #forward(Planes, int, int, int)} with as many zeros after the image as before it. */
    public Planes forward(Planes in, int outputs) {
        return forward(in, outputs, top, left);
    }

    /** The window of the gradient, from output planes to input planes, with the taps in reverse order. */
    public Window backward() {
        return new Window(height, width, spread, stride, height - 1 - top, width - 1 - left);
    }
}
