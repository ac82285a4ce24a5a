// Proof of sky_position_guard for every position and every slip of at most two sites.
module prove_guard (
  input logic [7:0]        expected_i,
  input logic signed [7:0] slip_i
);

  localparam logic [3:0] Pattern = 4'b1100;  // site p holds bit p mod 4: 0 0 1 1

  logic [7:0] position, next;
  assign position = expected_i + slip_i;
  assign next     = position + 8'd1;

  logic [1:0] seen, error;
  sky_position_guard u_guard (
    .first_i(Pattern[position[1:0]]), .second_i(Pattern[next[1:0]]), .expected_i(expected_i[1:0]),
    .position_o(seen), .error_o(error)
  );

  always_comb begin
    assume (slip_i >= -2 && slip_i <= 2);
    SeesThePosition  : assert (seen == position[1:0]);
    NoSlipNoError    : assert ((slip_i == 0) == (error == 2'd0));
    OneAheadIsNamed  : assert ((slip_i == 1) == (error == 2'd1));
    OneBehindIsNamed : assert ((slip_i == -1) == (error == 2'd3));
    TwoIsLost        : assert ((slip_i == 2 || slip_i == -2) == (error == 2'd2));
  end

endmodule
