// Position guard: by how much has a track missed the position it was sent to?
//
// The guard sites hold the pattern 0 0 1 1, repeated; two sense-only ports one site apart read it. At position p,
// counted as the head offset is, in steps to the left, they read pattern[p mod 4] and pattern[(p + 1) mod 4]:
//
//   p mod 4   first second      error_o  the track is                     put right by
//   0         0     0           0        where it should be
//   1         0     1           1        one site ahead (too far left)    one step to the right
//   2         1     1           2        two sites off, either way: lost
//   3         1     0           3        one site behind (too far right)  one step to the left
//
// error_o is the position less the expected one, modulo 4. After a burst to the left ahead means too far and behind
// too near, after one to the right the other way round. An error of three sites looks like one of one site to the
// other side, one of four like none: not here. Nor is the correction, which is the master's business.
// Combinational, five gates; equals check_position() of sysc/model.
// Kept to the subset that synthesis and proof tools read.
module sky_position_guard (
  input  logic       first_i,     // sense_o of the left guard port
  input  logic       second_i,    // of the right one
  input  logic [1:0] expected_i,  // the position it should be at, modulo 4

  output logic [1:0] position_o,  // the position it is at, modulo 4
  output logic [1:0] error_o
);

  // The two bits are the position's Gray code.
  assign position_o = {first_i, first_i ^ second_i};
  assign error_o    = position_o - expected_i;

endmodule
