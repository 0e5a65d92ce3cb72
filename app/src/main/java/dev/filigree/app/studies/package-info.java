/** Studies: one file is one paper's claim in miniature, with a verdict computed from what was measured. */
package dev.filigree.app.studies;
