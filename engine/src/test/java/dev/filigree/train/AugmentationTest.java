package dev.filigree.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.data.Shape;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Augmentation moves and turns whole images, every way about equally often, and repeats itself. */
class AugmentationTest {

    private static final Shape SHAPE = new Shape(2, 4, 5);

    private static float[] image() {
        float[] image = new float[SHAPE.size()];
        for (int i = 0; i < image.length; i++) {
            image[i] = i + 1;
        }
        return image;
    }

    private static float[] changed(Augmentation a, Rng rng) {
        float[] image = image();
        a.apply(SHAPE, image, new float[image.length], rng);
        return image;
    }

    private static float at(float[] image, int c, int y, int x) {
        return y < 0 || x < 0 || y >= SHAPE.height() || x >= SHAPE.width() ? 0 : image[(c * SHAPE.height() + y) * SHAPE.width() + x];
    }

    @Test
    void aCropIsTheImageMovedWithZerosAroundIt() {
        Rng rng = new Rng(1);
        Set<List<Integer>> seen = new HashSet<>();
        for (int n = 0; n < 400; n++) {
            float[] moved = changed(new Augmentation.Crop(2), rng);
            int found = 0;
            for (int down = -2; down <= 2; down++) {
                for (int right = -2; right <= 2; right++) {
                    boolean same = true;
                    for (int i = 0; i < moved.length; i++) {
                        int c = i / 20;
                        same &= moved[i] == at(image(), c, i / 5 % 4 + down, i % 5 + right);
                    }
                    found += same ? 1 : 0;
                    if (same) {
                        seen.add(List.of(down, right));
                    }
                }
            }
            assertEquals(1, found);
        }
        assertEquals(25, seen.size());
    }

    @Test
    void halfOfTheImagesAreTurnedOver() {
        Rng rng = new Rng(2);
        int turned = 0;
        for (int n = 0; n < 1000; n++) {
            float[] image = changed(new Augmentation.Flip(), rng);
            boolean turn = image[0] == 5;
            turned += turn ? 1 : 0;
            for (int i = 0; i < image.length; i++) {
                assertEquals(turn ? i - i % 5 + 5 - i % 5 : i + 1, image[i]);
            }
        }
        assertTrue(turned > 430 && turned < 570, "turned " + turned + " of 1000");
    }

    @Test
    void theSameStreamChangesImagesInTheSameWay() {
        assertArrayEquals(changed(Augmentation.PHOTOGRAPHS, new Rng(3)), changed(Augmentation.PHOTOGRAPHS, new Rng(3)));
        assertArrayEquals(image(), changed(Augmentation.NONE, new Rng(3)));
        assertTrue(Arrays.equals(image(), changed(new Augmentation.Crop(0), new Rng(4))));
    }

    @Test
    void aPaddingBelowZeroIsRefused() {
        assertThrows(UserError.class, () -> new Augmentation.Crop(-1));
    }
}
