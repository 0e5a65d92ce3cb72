package dev.filigree.app.studies;

/**
 * What a study is about.
 *
 * @param name      as a person types it
 * @param paper     whose claim it is
 * @param says      what the paper says, in a sentence
 * @param setup     what is run here, in a sentence: network and rivals
 * @param equal     the budget that is equal among the rivals: epochs, operations, bytes or parameters
 * @param refutedBy what would refute the claim
 * @param minutes   that the full form may take on two cores
 */
public record Claim(String name, String paper, String says, String setup, String equal, String refutedBy, int minutes) {
}
