// Proof of sky_shift_planner for every offset and site: the plan is legal, ends under the port it names, and no plan
// to either port is shorter.
module prove_planner #(
  parameter int unsigned D = 64,
  localparam int unsigned SiteWidth = $clog2(D),
  localparam int unsigned OffsetWidth = $clog2(D + 1) + 1
) (
  input logic [OffsetWidth-1:0] offset_i,
  input logic [SiteWidth-1:0]   site_i,
  input logic                   left_only_i,
  input logic                   other_right_i  // the port of the plan that would have to be shorter
);

  logic dir, right_port;
  logic [OffsetWidth:0] distance;
  logic [OffsetWidth-1:0] after;
  sky_shift_planner #(.D(D)) u_planner (
    .offset_i(offset_i), .site_i(site_i), .left_only_i(left_only_i), .dir_o(dir), .distance_o(distance),
    .right_port_o(right_port), .offset_o(after)
  );

  // Plain signed numbers, wide enough for every difference.
  logic signed [15:0] offset, result, site, depth, steps, moved, other, other_steps;
  assign offset      = $signed(offset_i);
  assign result      = $signed(after);
  assign site        = site_i;
  assign depth       = D;
  assign steps       = distance;
  assign moved       = dir ? offset - steps : offset + steps;
  assign other       = other_right_i ? site - depth : site + 1;
  assign other_steps = (other < offset) ? offset - other : other - offset;

  always_comb begin
    assume (offset >= -depth && offset <= depth && site < depth);
    LandsUnderThePortItNames : assert (result == (right_port ? site - depth : site + 1));
    NeverBeyondD             : assert (result >= -depth && result <= depth);
    TheShiftLeadsThere       : assert (moved == result);
    NoShorterWay             : assert (steps <= other_steps || (other_right_i && left_only_i));
    NoRightPortWhereIsNone   : assert (!(right_port && left_only_i));
    TiesGoToTheLeftPort      : assert (!right_port || other_right_i || steps < other_steps);
    NoStepsMeansLeft         : assert (steps != 0 || !dir);
  end

endmodule
