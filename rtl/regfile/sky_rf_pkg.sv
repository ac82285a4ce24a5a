// Names and encodings of the register file, the same as in sysc/model/regfile/register_file.hpp.
package sky_rf_pkg;

  typedef enum logic [2:0] {
    FlipFlop   = 3'd0,  // the reference: every access in one cycle
    Horizontal = 3'd1,  // bit b of a register on track b; all tracks of a bank shift in lockstep
    Vertical   = 3'd2,  // a register along Width / 32 tracks of its own
    Dynamic    = 3'd3,  // one array, the whole file horizontal or vertical
    Dual       = 3'd4   // an array of each, a mode per register; a write allocates in the recommended one
  } kind_e;

  typedef enum logic {
    ModeHorizontal = 1'b0,
    ModeVertical   = 1'b1
  } mode_e;

  // The order of counters_o, 64 bits each.
  typedef enum logic [3:0] {
    Steps       = 4'd0,  // one head moved one domain: a bank's tracks in lockstep, or those of one vertical register
    TrackSteps  = 4'd1,  // one track moved one domain
    BitReads    = 4'd2,  // sensed at access ports
    BitWrites   = 4'd3,  // set at access ports, whatever was there
    Accesses    = 4'd4,  // reads and writes of whole registers that reached the array
    Switches    = 4'd5,  // changes of the file's mode
    StallCycles = 4'd6,  // cycles in which a request or a switch waits
    Checks      = 4'd7,  // tracks whose position was checked, a pair of detects each
    Corrected   = 4'd8,  // tracks put right by one step
    Uncorrected = 4'd9   // tracks found two sites off
  } counter_e;

  localparam int unsigned Counters = 10;

endpackage
