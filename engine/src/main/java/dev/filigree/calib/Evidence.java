package dev.filigree.calib;

import dev.filigree.model.Site;

/** What calibration found out about the inputs of sites. */
public interface Evidence {

    /**
     * One statistic of one site. The array is shared and must not be written.
     *
     * @throws IllegalArgumentException when it was not gathered
     */
    float[] of(Site site, Need need);

    /** Whether that statistic was gathered. */
    boolean has(Site site, Need need);

    /** Nothing is known: for methods that look at weights alone. */
    static Evidence none() {
        return new Evidence() {
            @Override
            public float[] of(Site site, Need need) {
                throw new IllegalArgumentException(site.name() + ": " + need + " was not gathered");
            }

            @Override
            public boolean has(Site site, Need need) {
                return false;
            }
        };
    }
}
