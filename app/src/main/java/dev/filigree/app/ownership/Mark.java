package dev.filigree.app.ownership;

import com.google.zxing.ChecksumException;
import com.google.zxing.EncodeHintType;
import com.google.zxing.FormatException;
import com.google.zxing.WriterException;
import com.google.zxing.qrcode.decoder.Decoder;
import com.google.zxing.qrcode.decoder.ErrorCorrectionLevel;
import com.google.zxing.qrcode.encoder.ByteMatrix;
import com.google.zxing.qrcode.encoder.Encoder;
import dev.filigree.base.UserError;
import java.util.Map;
import java.util.Optional;

/**
 * A text as a QR code of version 3 with error correction H: {@link #SIZE} x {@link #SIZE} modules, of which about 30 % of the code words
 * may be wrong.
 *
 * @param modules {@code [rows] [columns]}, true is black
 */
public record Mark(boolean[][] modules) {

    public static final int SIZE = 29;
    private static final int VERSION = 3;
    private static final int FINDER = 8; // with the white line around it
    private static final int TIMING = 6; // row and column
    private static final int ALIGNMENT = SIZE - 9; // where its 5 x 5 modules begin

    /** The code of a text. */
    public static Mark of(String text) {
        try {
            ByteMatrix m = Encoder.encode(text, ErrorCorrectionLevel.H, Map.of(EncodeHintType.QR_VERSION, VERSION)).getMatrix();
            boolean[][] modules = new boolean[SIZE][SIZE];
            for (int r = 0; r < SIZE; r++) {
                for (int c = 0; c < SIZE; c++) {
                    modules[r][c] = m.get(c, r) == 1;
                }
            }
            return new Mark(modules);
        } catch (WriterException e) {
            throw new UserError("signature: found '" + text + "', which does not fit into a code of " + SIZE + " x " + SIZE + " with error correction H; use up to 24 bytes", e);
        }
    }

    /** The text, if what is left of the code still tells; what every code has is not looked at. */
    public Optional<String> text() {
        try {
            return Optional.of(new Decoder().decode(modules).getText());
        } catch (ChecksumException | FormatException e) {
            return Optional.empty(); // too much is wrong, which is an answer
        }
    }

    /** Whether a module is the same in every code of this size: the three corners, the lines between them, the small square. A reader knows these. */
    public static boolean fixed(int row, int col) {
        boolean corner = row < FINDER && col < FINDER || row < FINDER && col >= SIZE - FINDER || row >= SIZE - FINDER && col < FINDER;
        boolean square = row >= ALIGNMENT && row < ALIGNMENT + 5 && col >= ALIGNMENT && col < ALIGNMENT + 5;
        return corner || square || row == TIMING || col == TIMING;
    }

    /** The share of modules, without those that are {@link #fixed}, that are the same in another code. */
    public double agreement(Mark other) {
        int same = 0;
        int all = 0;
        for (int r = 0; r < SIZE; r++) {
            for (int c = 0; c < SIZE; c++) {
                if (!fixed(r, c)) {
                    all++;
                    same += modules[r][c] == other.modules[r][c] ? 1 : 0;
                }
            }
        }
        return same / (double) all;
    }
}
