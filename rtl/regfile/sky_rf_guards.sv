// The position guards of an array: which of the tracks that are being checked are one site off, and so have to be put
// right by one step in this cycle, and which are lost. Combinational; one sky_position_guard a track.
// Kept to the subset that synthesis tools read.
module sky_rf_guards #(
  parameter int unsigned Lanes = 32
) (
  input  logic [Lanes-1:0]   check_i,
  input  logic [2*Lanes-1:0] expected_i,  // the position each should be at, modulo 4
  input  logic [Lanes-1:0]   first_i,     // what the two guard ports see
  input  logic [Lanes-1:0]   second_i,

  output logic [Lanes-1:0]   ahead_o,     // put right by one step to the right
  output logic [Lanes-1:0]   behind_o,    // by one to the left
  output logic [Lanes-1:0]   lost_o       // two sites off
);

  logic [2*Lanes-1:0] error;
  for (genvar l = 0; l < Lanes; l++) begin : g_lane
    sky_position_guard u_guard (
      .first_i   (first_i[l]),
      .second_i  (second_i[l]),
      .expected_i(expected_i[2*l+:2]),
      .position_o(),
      .error_o   (error[2*l+:2])
    );
  end

  always_comb begin
    ahead_o  = '0;
    behind_o = '0;
    lost_o   = '0;
    if (check_i != '0) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        ahead_o[l]  = check_i[l] && error[2*l+:2] == 2'd1;
        lost_o[l]   = check_i[l] && error[2*l+:2] == 2'd2;
        behind_o[l] = check_i[l] && error[2*l+:2] == 2'd3;
      end
    end
  end

endmodule
