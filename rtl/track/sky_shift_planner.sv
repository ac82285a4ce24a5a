// Shift planner: the shortest shift that brings a site of a segment under one of its two access ports.
//
// Site s is under the left port (AP g) at head offset s + 1 and under the right port (AP g + 1) at offset
// s - D, where an offset counts steps to the left. Ties go to the left port; with left_only_i that is the only one.
// Combinational; equals
// plan_shift() of sysc/model. D costs two subtractors and a comparator of clog2(2D + 1) + 1 bits.
// Kept to the subset that synthesis and proof tools read.
module sky_shift_planner #(
  parameter int unsigned D = 64,  // sites between two ports
  localparam int unsigned SiteWidth = $clog2(D),
  localparam int unsigned OffsetWidth = $clog2(D + 1) + 1  // two's complement, -D to D
) (
  input  logic [OffsetWidth-1:0] offset_i,
  input  logic [SiteWidth-1:0]   site_i,      // 0 to D - 1
  input  logic                   left_only_i,
  output logic                   dir_o,       // sky_track_pkg::dir_e; Left when distance_o is 0
  output logic [OffsetWidth:0]   distance_o,  // steps, 0 to 2D
  output logic                   right_port_o,
  output logic [OffsetWidth-1:0] offset_o     // head offset after the shift
);

  localparam logic [OffsetWidth:0] Depth = D[OffsetWidth:0];

  // One bit more than an offset, so that a difference of two offsets fits.
  logic [OffsetWidth:0] offset, under_left, under_right;
  logic [OffsetWidth:0] to_left, to_right, left_steps, right_steps;

  assign offset      = {offset_i[OffsetWidth-1], offset_i};
  assign under_left  = {{(OffsetWidth + 1 - SiteWidth) {1'b0}}, site_i} + 1'b1;
  assign under_right = {{(OffsetWidth + 1 - SiteWidth) {1'b0}}, site_i} - Depth;

  assign to_left     = under_left - offset;
  assign to_right    = under_right - offset;
  assign left_steps  = to_left[OffsetWidth] ? -to_left : to_left;
  assign right_steps = to_right[OffsetWidth] ? -to_right : to_right;

  assign right_port_o = right_steps < left_steps && !left_only_i;
  assign distance_o   = right_port_o ? right_steps : left_steps;
  assign dir_o        = right_port_o ? to_right[OffsetWidth] : to_left[OffsetWidth];
  assign offset_o     = right_port_o ? under_right[OffsetWidth-1:0] : under_left[OffsetWidth-1:0];

endmodule
