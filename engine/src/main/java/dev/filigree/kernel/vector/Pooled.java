package dev.filigree.kernel.vector;

import dev.filigree.kernel.Planes;
import dev.filigree.kernel.Window;

/** The pixels of a channel of dealt images that each output pixel of a window sees: a rectangle inside the image. */
record Pooled(Window window, Planes in, Planes out, long x, long y, int group, int channel) {

    /** One output pixel. */
    interface Rectangle {
        /**
         * @param from    address of the first input pixel
         * @param to      address of the output pixel
         * @param rows    of the rectangle, 0 where the window lies outside of the image
         * @param columns likewise
         */
        void at(long from, long to, int rows, int columns);
    }

    /** Bytes from the first pixel of a rectangle to a lane of another. */
    long step(int row, int column, int lane) {
        return 4L * (((long) row * in.width() + column) * Planes.UNIT + lane);
    }

    void forEach(Rectangle body) {
        long from = x + 4L * (group * in.channels() + channel) * in.plane();
        long to = y + 4L * (group * out.channels() + channel) * out.plane();
        for (int r = 0; r < out.height(); r++) {
            int top = r * window.stride() - window.top();
            int first = Math.max(0, top);
            int rows = Math.max(0, Math.min(in.height(), top + window.height()) - first);
            for (int c = 0; c < out.width(); c++) {
                int left = c * window.stride() - window.left();
                int column = Math.max(0, left);
                int columns = Math.max(0, Math.min(in.width(), left + window.width()) - column);
                body.at(from + step(first, column, 0), to, rows, columns);
                to += 4L * Planes.UNIT;
            }
        }
    }
}
