/** Calibration: a model run block by block over sample text, and statistics of the inputs of its weights on the way. */
package dev.filigree.calib;
