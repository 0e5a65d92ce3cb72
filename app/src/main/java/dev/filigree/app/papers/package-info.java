/** The map of the field: papers, what each does in a sentence, which of them run here and by which command, and how to find them. */
package dev.filigree.app.papers;
